# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import math
from typing import Any

import pytest

from dothi.sources.core.mapping import BadMapping, apply_mapping, read_mapping
from dothi.sources.core.mapping_model import Outcome, Target
from dothi.sources.core.sentence import say

NOW = "2026-11-23T03:00:00.000000Z"
PREFIX = "https://uri.etsi.org/ngsi-ld/default-context/"
AIR: dict[str, Any] = {
    "topics": ["city/{device}/+"],
    "type": "AirQualityObserved",
    "time": {"paths": ["at"], "formats": ["%d/%m/%Y %H:%M", "auto"]},
    "attributes": [
        {"path": "data.t", "term": "temperature", "unit": "CEL", "kind": "number", "low": -40, "high": 60},
        {"path": "data['pm2.5']", "term": "pm25", "unit": "GQ", "kind": "number"},
        {"path": "pump", "term": "pump", "kind": "boolean"},
    ],
}


def target(**values: Any) -> Target:
    return Target(now=NOW, received="2026-11-23T02:59:00.000000Z", source="air", **values)


def run(data: dict[str, Any], payload: Any, topic: str = "city/tram-1/up", **values: Any) -> Outcome:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return apply_mapping(read_mapping(data), topic, raw, target(**values))


def plain(outcome: Outcome) -> list[tuple[str, dict[str, Any]]]:
    return [
        (w.id, {k.removeprefix(PREFIX): v[""]["value"] for k, v in w.attrs.items() if v[""]})
        for w in outcome.writes
    ]


def reasons(outcome: Outcome) -> list[tuple[str, str]]:
    return [(r.reason, r.detail) for r in outcome.refusals]


def test_mapping_gives_an_observation_when_all_is_well() -> None:
    row = {"at": "23/11/2026 09:30", "data": {"t": "31,5", "pm2.5": 12}, "pump": "ON"}

    outcome = run(AIR, row, origin="mqtt")

    (write,) = outcome.writes
    assert (write.verb, write.id, write.types) == (
        "observe",
        "urn:ngsi-ld:AirQualityObserved:air:tram-1",
        [PREFIX + "AirQualityObserved"],
    )
    at = "2026-11-23T02:30:00.000000Z"
    assert write.attrs == {
        PREFIX + "temperature": {
            "": {"type": "Property", "value": 31.5, "observedAt": at, "unitCode": "CEL"},
        },
        PREFIX + "pm25": {"": {"type": "Property", "value": 12, "observedAt": at, "unitCode": "GQ"}},
        PREFIX + "pump": {"": {"type": "Property", "value": True, "observedAt": at}},
    }
    assert outcome.refusals == []


def test_mapping_uses_the_time_of_arrival_when_the_payload_has_none() -> None:
    outcome = run(AIR, {"data": {"t": 1}})

    assert outcome.writes[0].attrs[PREFIX + "temperature"][""]["observedAt"] == "2026-11-23T02:59:00.000000Z"


def test_mapping_uses_what_is_registered_when_the_device_is_known() -> None:
    outcome = run(AIR, {"data": {"t": 1}}, entity_id="urn:x:1", entity_type="WeatherObserved")

    assert (outcome.writes[0].id, outcome.writes[0].types) == ("urn:x:1", [PREFIX + "WeatherObserved"])


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"data": {"t": NaN, "pm2.5": 5}}', [("not_finite", "temperature")]),
        ({"data": {"t": "abc", "pm2.5": 5}}, [("not_a_number", "temperature")]),
        ({"data": {"t": 99, "pm2.5": 5}}, [("out_of_limits", "temperature")]),
        ({"data": {"t": [1], "pm2.5": 5}}, [("wrong_type", "temperature")]),
        ({"data": {"t": "--", "pm2.5": 5}}, []),
        ({"data": {"t": None, "pm2.5": 5}}, []),
        ({"data": {"t": -999, "pm2.5": 5}}, []),
        ({"data": {"t": "x" * 5000, "pm2.5": 5}}, [("text_too_long", "temperature")]),
    ],
)
def test_mapping_keeps_the_other_values_when_one_is_bad(payload: Any, expected: list[Any]) -> None:
    outcome = run(AIR, payload)

    assert (plain(outcome), reasons(outcome)) == (
        [("urn:ngsi-ld:AirQualityObserved:air:tram-1", {"pm25": 5})],
        expected,
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"{nonsense", "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b'{"data": {"t": 1e999}}', "bad_json"),
        (b"[" * 1000 + b"]" * 1000, "too_deep"),
        (b'{"a": "' + b"x" * 1_000_001 + b'"}', "too_big"),
        (b"[]", "empty"),
        (b"{}", "empty"),
        (b"5", "not_an_object"),
        ({"at": "2026-11-25T00:00:00Z", "data": {"t": 1}}, "future"),
        ({"at": "1980-01-01T00:00:00Z", "data": {"t": 1}}, "ancient"),
        ({"at": "yesterday", "data": {"t": 1}}, "bad_time"),
        ({"at": 1e300, "data": {"t": 1}}, "bad_time"),
    ],
)
def test_mapping_refuses_with_a_reason_when_a_payload_cannot_be_kept(payload: Any, expected: str) -> None:
    outcome = run(AIR, payload)

    assert (outcome.writes, [r.reason for r in outcome.refusals]) == ([], [expected])


def test_mapping_keeps_and_tells_when_a_clock_is_somewhat_ahead() -> None:
    outcome = run(AIR, {"at": "2026-11-23T03:10:00Z", "data": {"t": 1}})

    assert (len(outcome.writes), [(r.reason, r.kept) for r in outcome.refusals]) == (1, [("ahead", True)])


def test_mapping_refuses_topics_when_no_pattern_fits() -> None:
    assert reasons(run(AIR, {"data": {"t": 1}}, topic="other/x")) == [("topic", "")]


def test_mapping_stops_at_64_names_when_a_device_invents_10000() -> None:
    terms: set[str] = set()

    outcome = run(
        {"rest": {}, "device": "id"}, {"id": "a"} | {f"n{i}": i for i in range(10_000)}, terms=terms
    )

    assert (len(outcome.writes[0].attrs), len(terms), {r.reason for r in outcome.refusals}) == (
        64,
        64,
        {"too_many_names"},
    )


def test_mapping_gives_each_row_its_own_result_when_rows_differ() -> None:
    rows = [{"id": "a", "t": 1}, {"t": 2}, 7, {"id": "b", "t": None}, {"id": "c", "t": "4,5"}]

    outcome = run({"rest": {}, "device": "id"}, rows)

    assert plain(outcome) == [
        ("urn:ngsi-ld:Device:air:a", {"t": 1}),
        ("urn:ngsi-ld:Device:air:c", {"t": 4.5}),
    ]
    assert [(r.reason, r.row) for r in outcome.refusals] == [
        ("no_device", 1),
        ("not_an_object", 2),
        ("empty", 3),
    ]
    assert (outcome.rows, outcome.row_of) == (5, [0, 4])


def test_mapping_converts_units_when_the_payload_says_its_own() -> None:
    rule = {"path": "t", "term": "temperature", "unit": "CEL", "unit_path": "u"}

    outcome = run({"device": "id", "attributes": [rule]}, {"id": "a", "t": 212, "u": "F"})

    assert plain(outcome) == [("urn:ngsi-ld:Device:air:a", {"temperature": 100.0})]


def test_mapping_scales_when_a_device_sends_raw_numbers() -> None:
    rule = {"path": "v", "term": "waterLevel", "unit": "MTR", "scale": 0.1, "offset": -1, "unit_sent": "cm"}

    outcome = run({"device": "id", "attributes": [rule]}, {"id": "a", "v": 1510})

    assert plain(outcome) == [("urn:ngsi-ld:Device:air:a", {"waterLevel": 1.5})]


def test_mapping_keeps_the_place_when_latitude_and_longitude_come() -> None:
    data = {"device": "id", "rest": {}, "latitude": "lat", "longitude": "lon"}

    outcome = run(data, {"id": "a", "v": 1, "lat": 10.77, "lon": 106.7})

    place = outcome.writes[0].attrs["https://uri.etsi.org/ngsi-ld/location"][""]
    assert place is not None
    assert place["value"] == {"type": "Point", "coordinates": [106.7, 10.77]}


def test_mapping_escapes_when_a_device_name_is_no_urn_part() -> None:
    outcome = run({"device": "id", "rest": {}}, {"id": "Cầu Gỗ #1", "v": 1})

    assert outcome.writes[0].id == "urn:ngsi-ld:Device:air:C%E1%BA%A7u%20G%E1%BB%97%20%231"


@pytest.mark.parametrize(
    "data",
    [
        {"unknown": 1},
        {"topics": ["a/{b"]},
        {"topics": ["a/#/b"]},
        {"attributes": [{"path": "a[", "term": "t"}]},
        {"attributes": [{"path": "a", "term": "no good"}]},
        {"attributes": [{"path": "a", "term": "t", "unit": "CEL", "unit_sent": "kW"}]},
        {"time": {"zone": "Mars/Olympus"}},
        {"device": 5},
        {"attributes": [{"term": "t"}]},
        {"attributes": [{"path": "a", "term": "t", "kind": "colour"}]},
        {"entity_id": "a\x00"},
        {"device": "\ud800"},
        {"attributes": [{"path": "a", "term": "t", "scale": math.inf}]},
        {"attributes": [{"path": "a", "term": "t", "scale": 10**400}]},
    ],
)
def test_mapping_is_refused_in_both_languages_when_it_cannot_work(data: dict[str, Any]) -> None:
    with pytest.raises(BadMapping) as caught:
        read_mapping(data)

    vi, en = (say(language, caught.value.sentence) for language in ("vi", "en"))
    assert vi != en
    assert not any(text.startswith("sources.") for text in (vi, en))


@pytest.mark.parametrize(
    "data",
    [
        {"device": "id", "entity_id": "urn:ngsi-ld:{site}:{device}", "rest": {}},
        {"scalar": "{measure}", "topics": ["city/{device}/+"], "rest": {}},
    ],
)
def test_reading_is_refused_when_the_templates_name_what_nobody_sends(data: dict[str, Any]) -> None:
    outcome = run(data, b"31.5" if "scalar" in data else {"id": "a", "v": 1})

    assert [reason for reason, _ in reasons(outcome)] == ["bad_mapping"]


def _units(outcome: Outcome) -> dict[str, str]:
    return {
        k.removeprefix(PREFIX): v[""].get("unitCode", "") for k, v in outcome.writes[0].attrs.items() if v[""]
    }


@pytest.mark.parametrize(
    ("row", "main", "units"),
    [
        ({"pm25": 12, "battery": 3.1}, "pm25", {"pm25": "GP", "battery": ""}),
        ({"level": 3.1}, "", {"level": "GP"}),
        ({"level": 3.1, "other": 2}, "", {"level": "", "other": ""}),
        ({"battery": 3.1}, "pm25", {"battery": ""}),
        ({"state": "ON"}, "", {"state": ""}),
    ],
)
def test_chosen_unit_is_that_of_the_main_quantity_when_it_brings_none(
    row: dict[str, Any], main: str, units: dict[str, str]
) -> None:
    found = run({"device": "id", "rest": {}}, {"id": "a"} | row, unit_code="GP", main_term=main)

    assert _units(found) == units


def test_chosen_unit_changes_nothing_when_the_mapping_gives_one() -> None:
    found = run(AIR, {"data": {"pm2.5": 12}}, unit_code="GP", main_term="pm25")

    assert _units(found) == {"pm25": "GQ"}
