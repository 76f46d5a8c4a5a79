# SPDX-License-Identifier: Apache-2.0
"""What a fragment makes of the attributes that stand (CIM 009 5.5.8, 5.5.12, 5.6.2 to 5.6.4, 5.6.17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Run = Callable[[Any], None]
AT, LATER = "2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z"
NULL = "urn:ngsi-ld:null"
HERE = "/entities/urn:a:1"
POINT = {"type": "Point", "coordinates": [106.7, 10.8]}
LINE = {"type": "LineString", "coordinates": [[106.7, 10.8], [106.8, 10.9]]}
BODY: dict[str, Any] = {
    "id": "urn:a:1",
    "type": "T",
    "address": {"type": "Property", "value": {"street": "Le Loi", "city": "HCM"}, "observedAt": AT},
    "pm25": {
        "type": "Property",
        "value": 5,
        "unitCode": "GQ",
        "accuracy": {"type": "Property", "value": 1, "unitCode": "P1"},
    },
    "name": {"type": "LanguageProperty", "languageMap": {"vi": "Chợ", "en": "Market"}},
    "place": {"type": "GeoProperty", "value": {**POINT, "bbox": [0, 0, 1, 1]}},
    "owner": {"type": "Relationship", "object": "urn:o:1"},
    "raw": {"type": "JsonProperty", "json": {"a": 1, "b": 2}},
    "list": {"type": "ListProperty", "valueList": [1]},
}


def check(run: Run, method: str, path: str, body: Any, expected: dict[str, Any], status: int = 204) -> None:
    """Send `body` to a fresh entity; what `expected` names is so afterwards and the rest is as it was."""

    async def journey(api: httpx.AsyncClient) -> None:
        assert (await api.post("/entities", json=BODY)).status_code == 201
        told = await api.request(method, HERE + path, json=body)
        assert told.status_code == status, told.text
        wanted = {k: v for k, v in {**BODY, **expected}.items() if v is not None}
        assert (await api.get(HERE)).json() == wanted

    run(journey)


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("address", {"value": {"street": "Hai Ba Trung"}}, {**BODY["address"], "value": {"street": "Hai Ba Trung"}}),
        ("address", {"observedAt": NULL}, {k: v for k, v in BODY["address"].items() if k != "observedAt"}),
        ("pm25", {"accuracy": {"type": "Property", "value": 2}}, {**BODY["pm25"], "accuracy": {"type": "Property", "value": 2}}),
        ("pm25", {"type": "Property", "value": 6, "accuracy": NULL}, {"type": "Property", "value": 6, "unitCode": "GQ"}),
        ("name", {"languageMap": {"vi": "Bến"}}, {"type": "LanguageProperty", "languageMap": {"vi": "Bến"}}),
        ("place", {"value": LINE}, {"type": "GeoProperty", "value": LINE}),
    ],
)  # fmt: skip
def test_members_take_the_place_of_others_when_updated_partially(
    run: Run, name: str, body: Any, expected: Any
) -> None:
    check(run, "PATCH", f"/attrs/{name}", body, {name: expected})


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("pm25", {"type": "Relationship", "object": "urn:o:2"}),
        ("pm25", {"object": "urn:o:2"}),
        ("pm25", {"type": "GeoProperty", "value": POINT}),
        ("name", {"type": "Property", "value": "x"}),
        ("pm25", {"accuracy": {"type": "Property", "unitCode": "P2"}}),
        ("scope", {"value": "/a"}),
    ],
)
def test_partial_update_is_refused_when_it_would_spoil_the_attribute(run: Run, name: str, body: Any) -> None:
    check(run, "PATCH", f"/attrs/{name}", body, {}, 400)


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ("", {"address": {"value": {"street": NULL, "ward": "1"}}},
         {"address": {**BODY["address"], "value": {"city": "HCM", "ward": "1"}}}),
        ("", {"pm25": {"accuracy": {"value": 2}}},
         {"pm25": {**BODY["pm25"], "accuracy": {"type": "Property", "value": 2, "unitCode": "P1"}}}),
        ("", {"pm25": {"unitCode": NULL, "accuracy": NULL}}, {"pm25": {"type": "Property", "value": 5}}),
        ("", {"place": {"value": LINE}}, {"place": {"type": "GeoProperty", "value": LINE}}),
        ("", {"name": {"languageMap": {"en": NULL, "fr": "Marché"}}},
         {"name": {"type": "LanguageProperty", "languageMap": {"vi": "Chợ", "fr": "Marché"}}}),
        ("", {"raw": {"json": {"b": NULL}}}, {"raw": {"type": "JsonProperty", "json": {"a": 1}}}),
        ("", {"new": {"value": {"a": 1, "b": NULL}, "unitCode": NULL}},
         {"new": {"type": "Property", "value": {"a": 1}}}),
        ("", {"pm25": NULL, "none": NULL}, {"pm25": None}),
        ("?options=keyValues", {"pm25": 6, "owner": "urn:o:2", "list": [2, 3], "raw": {"c": 3}},
         {"pm25": {**BODY["pm25"], "value": 6}, "owner": {"type": "Relationship", "object": "urn:o:2"},
          "list": {"type": "ListProperty", "valueList": [2, 3]},
          "raw": {"type": "JsonProperty", "json": {"a": 1, "b": 2, "c": 3}}}),
        ("?format=simplified", {"address": {"type": "Property", "value": 1}, "pm25": NULL},
         {"address": {**BODY["address"],
          "value": {"street": "Le Loi", "city": "HCM", "type": "Property", "value": 1}}, "pm25": None}),
        ("?options=keyValues&lang=vi", {"name": "Bến"},
         {"name": {"type": "LanguageProperty", "languageMap": {"vi": "Bến", "en": "Market"}}}),
        (f"?observedAt={LATER}", {"address": {"value": {"city": "HN"}}, "pm25": {"value": 7}},
         {"address": {"type": "Property", "value": {"street": "Le Loi", "city": "HN"}, "observedAt": LATER},
          "pm25": {**BODY["pm25"], "value": 7}}),
    ],
)  # fmt: skip
def test_values_are_merged_and_types_stay_when_patched(
    run: Run, query: str, body: Any, expected: Any
) -> None:
    check(run, "PATCH", query, body, expected)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {"pm25": {"type": "Relationship", "object": "urn:o:2"}, "raw": {"json": {"z": 1}}}),
        ("?options=keyValues", {"owner": "no uri"}),
        ("?options=keyValues", {"name": "no language"}),
        ("?options=keyValues", {"place": 5}),
        ("?observedAt=yesterday", {"pm25": {"value": 7}}),
        ("?lang=a%20b", {"name": "x"}),
        ("", {"new": {"unitCode": "CEL"}}),
        ("", {"pm25": {"type": "Property", "other": {"unitCode": "CEL"}}}),
    ],
)
def test_nothing_changes_when_a_part_of_a_merge_does_not_fit(run: Run, query: str, body: Any) -> None:
    check(run, "PATCH", query, body, {}, 400)


def test_update_replaces_whole_attributes_and_appends_others_when_sent(run: Run) -> None:
    body = {"pm25": {"value": 9}, "new": {"value": 1}, "owner": NULL}
    made = {name: {"type": "Property", "value": body[name]["value"]} for name in ("pm25", "new")}

    check(run, "PATCH", "/attrs", body, {**made, "owner": None})


def test_scope_is_added_or_left_when_the_clause_says_so(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        async def scope() -> Any:
            return (await api.get(f"{HERE}?pick=scope")).json().get("scope")

        await api.post("/entities", json=BODY)
        await api.patch(f"{HERE}/attrs", json={"scope": "/a"})
        assert await scope() is None
        await api.post(f"{HERE}/attrs?options=noOverwrite", json={"scope": "/a"})
        assert await scope() == "/a"
        await api.post(f"{HERE}/attrs?options=noOverwrite", json={"scope": ["/b", "/a"]})
        assert await scope() == ["/a", "/b"]
        await api.patch(f"{HERE}/attrs", json={"scope": "/c"})
        assert await scope() == "/c"
        await api.post(f"{HERE}/attrs", json={"scope": "/d"})
        assert await scope() == "/d"
        await api.patch(HERE, json={"scope": NULL})
        assert await scope() is None

    run(journey)


def test_time_to_live_ends_when_merged_with_null(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        await api.post("/entities", json={**BODY, "expiresAt": "2100-01-01T00:00:00Z"})
        assert (await api.patch(HERE, json={"expiresAt": NULL})).status_code == 204
        assert (await api.get(HERE)).json() == BODY
        bad = await api.put(HERE, json={"type": "T", "expiresAt": NULL})
        assert bad.status_code == 400

    run(journey)
