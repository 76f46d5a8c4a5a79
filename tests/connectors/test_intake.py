# SPDX-License-Identifier: Apache-2.0
"""What the ways in tell the screens of sources."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dothi.connectors.directory import Directory
from dothi.connectors.intake import Intake
from dothi.sources.core.keys import hash_key
from dothi.sources.core.mapping import read_mapping
from dothi.sources.core.store import PAYLOAD_KEPT, DeviceRow, SourceRow


def source(**values: Any) -> SourceRow:
    given: dict[str, Any] = {
        "id": "s1", "tenant": "", "slug": "air", "name": "Air", "way": "mqtt", "period": 60, "mapping": {},
        "options": {}, "token_hash": "", "simulated": False, "muted": False, "retired": False,
    }  # fmt: skip
    return SourceRow(**(given | values))


def device(key: str, **values: Any) -> DeviceRow:
    given: dict[str, Any] = {
        "id": f"d-{key}", "tenant": "", "source_id": "s1", "key": key, "name": key, "kind": "", "entity_id": "",
        "entity_type": "", "unit_code": "", "state": "accepted", "topics": [], "username": None,
        "password_hash": "", "period": 60, "mapping": None, "lon": None, "lat": None,
    }  # fmt: skip
    return DeviceRow(**(given | values))


def last_payloads(mapping: dict[str, Any], payload: Any) -> dict[str, str]:
    found = source()
    intake = Intake(Directory([found]))
    intake.take(found, read_mapping(mapping), json.dumps(payload).encode(), way="http")
    seen, _ = intake.drain()
    return {one.key: one.payload for one in seen}


@pytest.mark.parametrize(
    ("mapping", "payload", "own"),
    [
        ({"device": "id", "rest": {}}, [{"id": "a", "v": 1}, {"id": "b", "v": 2}], {"id": "b", "v": 2}),
        (
            {"device": "id", "rows": "data.list", "rest": {}},
            {"data": {"list": [{"id": "a", "v": 1}, {"id": "b", "v": 2}]}},
            {"data": {"list": [{"id": "b", "v": 2}]}},
        ),
    ],
)
def test_last_payload_is_the_devices_own_part_when_one_message_holds_several(
    mapping: dict[str, Any], payload: Any, own: Any
) -> None:
    kept = last_payloads(mapping, payload)["b"]

    assert json.loads(kept) == own
    intake = Intake(Directory([source()]))
    again = intake.take(
        source(options={"accept_new": True}), read_mapping(mapping), kept.encode(), way="http"
    )
    assert [write.id for write in again.writes] == ["urn:ngsi-ld:Device:air:b"]


def test_last_payload_is_kept_whole_when_it_is_large() -> None:
    mapping = {"device": "id", "rest": {}}

    whole = last_payloads(mapping, {"id": "a", "note": "x" * 20_000})["a"]
    cut = last_payloads(mapping, {"id": "a", "note": "x" * 100_000})["a"]

    assert json.loads(whole)["note"] == "x" * 20_000
    assert len(cut) == PAYLOAD_KEPT


def test_refusal_is_kept_as_code_and_detail_when_noted() -> None:
    found = source()
    intake = Intake(Directory([found]))

    intake.refuse(None, way="mqtt", reason="login", detail="ai-đó")
    intake.take(
        found, read_mapping({"device": "id", "rest": {}}), b'{"id": "w", "v": 1}', way="mqtt", topic="t"
    )

    _, refused = intake.drain()
    assert [(one.source_id, one.reason, one.detail) for one in refused] == [
        ("", "login", "ai-đó"),
        ("s1", "waiting", "w"),
    ]


def test_gateway_is_let_in_when_its_password_is_right() -> None:
    directory = Directory([source(id="src_1", options={"gateway_hash": hash_key("mở")}), source(slug="khac")])

    assert directory.gateway("src-1", "đóng") is None
    assert directory.gateway("s1", "mở") is None
    found = directory.gateway("src-1", "mở")
    assert found is not None
    assert found.row.slug == "air"


def test_topic_leads_to_the_source_of_its_device_when_two_listen_on_it() -> None:
    tasmota = {"topics": ["tele/{device}/{kind}"], "rest": {}}
    directory = Directory(
        [source(mapping=tasmota), source(id="s2", slug="khac", mapping=tasmota)],
        [device("den", source_id="s2", topics=["tele/den/+"])],
    )

    routes = [directory.route(topic) for topic in ("tele/den/SENSOR", "tele/moi/SENSOR")]

    assert [route.source.id for route in routes if route is not None] == ["s2", "s1"]
