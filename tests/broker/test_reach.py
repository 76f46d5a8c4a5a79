# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dothi.broker import rules
from dothi.broker.model import Entity, Write
from dothi.broker.reach import Reach, reach_of

NOW = "2026-11-20T10:00:00.000000Z"
LAMPS = Reach(types=frozenset({"Lamp"}))
WARD = Reach(scopes=("/city/a",))
POWER = Reach(attrs=frozenset({"power"}))
VALUE = {"": {"type": "Property", "value": 1, "createdAt": NOW, "modifiedAt": NOW}}


def lamp(**more: Any) -> Entity:
    given = {"types": ["Lamp"], "scopes": ["/city/a"], "attrs": {"power": dict(VALUE)}, **more}
    return Entity(id="urn:x", created_at=NOW, modified_at=NOW, **given)


@pytest.mark.parametrize(
    ("scope", "inside"),
    [("/city/a", True), ("/city/a/street/7", True), ("/city/ab", False), ("/city", False), ("", False)],
)
def test_scope_is_inside_when_it_is_the_unit_or_below_it(scope: str, inside: Any) -> None:
    assert WARD.covers(scope) is inside


def test_reach_is_none_when_nothing_is_limited() -> None:
    assert reach_of(None, None, None) is None


def test_reach_sees_nothing_when_a_limit_is_empty() -> None:
    assert [reach_of([], None, None), reach_of(None, None, [])] == [
        Reach(types=frozenset()),
        Reach(scopes=()),
    ]
    assert not Reach(types=frozenset()).sees(["Lamp"], ["/city/a"])
    assert not Reach(scopes=()).sees(["Lamp"], ["/city/a"])


def test_entity_without_a_scope_is_outside_when_scopes_are_limited() -> None:
    assert not WARD.sees(["Lamp"], [])


OUTSIDE = [
    # (reach, what stands, verb, what is asked, why it is refused)
    (LAMPS, None, "create", {"types": ["Safe"]}, "type"),
    (LAMPS, None, "create", {"types": ["Lamp", "Safe"]}, "type"),
    (LAMPS, lamp(types=["Safe"]), "append", {"attrs": {"power": VALUE}}, "entity"),
    (LAMPS, lamp(types=["Safe"]), "delete", {}, "entity"),
    (LAMPS, lamp(types=["Safe"]), "describe", {"types": ["Lamp"]}, "entity"),
    (LAMPS, lamp(types=["Safe"]), "create", {"types": ["Lamp"]}, "entity"),
    (LAMPS, lamp(types=["Lamp", "Safe"]), "describe", {"types": ["Lamp"]}, "type"),
    (LAMPS, lamp(types=["Lamp", "Safe"]), "replace", {"types": ["Lamp"], "scopes": ["/city/a"]}, "type"),
    (LAMPS, lamp(types=["Lamp", "Safe"]), "delete", {}, "type"),
    (LAMPS, lamp(), "append", {"types": ["Safe"]}, "type"),
    (WARD, None, "create", {"types": ["Lamp"]}, "scope"),
    (WARD, None, "create", {"types": ["Lamp"], "scopes": ["/city/b"]}, "scope"),
    (WARD, None, "upsert_replace", {"types": ["Lamp"], "scopes": ["/city/a", "/city/b"]}, "scope"),
    (WARD, None, "observe", {"types": ["Lamp"], "attrs": {"power": VALUE}}, "scope"),
    (WARD, None, "add_instances", {"types": ["Lamp"], "attrs": {"power": VALUE}}, "scope"),
    (WARD, lamp(), "append", {"scopes": ["/city/b"]}, "scope"),
    (WARD, lamp(), "merge", {"scopes": ["/city/b"]}, "scope"),
    (WARD, lamp(), "update", {"scopes": []}, "scope"),
    (WARD, lamp(), "replace", {"types": ["Lamp"]}, "scope"),
    (WARD, lamp(scopes=["/city/b"]), "update", {"scopes": ["/city/a"]}, "entity"),
    (WARD, lamp(scopes=["/city/b"]), "upsert_update", {"scopes": ["/city/a"]}, "entity"),
    (WARD, lamp(scopes=["/city/b"]), "partial", {"attribute": "power", "attrs": {"power": VALUE}}, "entity"),
    (WARD, lamp(scopes=["/city/a", "/city/b"]), "append", {"scopes": ["/city/a"]}, "scope"),
    (WARD, lamp(scopes=["/city/a", "/city/b"]), "delete", {}, "scope"),
    (WARD, lamp(scopes=[]), "append", {"attrs": {"power": VALUE}}, "entity"),
    (POWER, None, "create", {"types": ["Lamp"], "attrs": {"code": VALUE}}, "attribute"),
    (POWER, lamp(), "append", {"attrs": {"power": VALUE, "code": VALUE}}, "attribute"),
    (POWER, lamp(), "delete_attribute", {"attribute": "code"}, "attribute"),
    (POWER, lamp(), "replace", {"types": ["Lamp"], "attrs": {"power": VALUE}}, "whole"),
    (POWER, lamp(), "upsert_replace", {"types": ["Lamp"], "attrs": {"power": VALUE}}, "whole"),
    (POWER, lamp(), "delete", {}, "whole"),
    (POWER, lamp(), "delete_temporal", {}, "whole"),
    (POWER, lamp(), "append", {"expires_at": "2020-01-01T00:00:00.000000Z"}, "whole"),
    (POWER, lamp(), "append", {"types": ["Safe"]}, "whole"),
    (POWER, lamp(), "append", {"scopes": ["/city/b"]}, "whole"),
]


@pytest.mark.parametrize(("reach", "stands", "verb", "asked", "why"), OUTSIDE)
def test_write_is_refused_and_changes_nothing_when_outside(
    reach: Reach, stands: Entity | None, verb: Any, asked: dict[str, Any], why: str
) -> None:
    before = msgspec.json.encode(stands)

    out = rules.apply(stands, Write(verb=verb, id="urn:x", reach=reach, **asked), NOW)

    assert (out.result.status, out.result.detail, out.wrote) == ("outside", why, False)
    assert msgspec.json.encode(stands) == before


INSIDE = [
    (LAMPS, None, "create", {"types": ["Lamp"]}, "created"),
    (LAMPS, lamp(), "delete", {}, "deleted"),
    (LAMPS, lamp(), "append", {"types": ["Lamp"], "attrs": {"power": VALUE}}, "updated"),
    (LAMPS, lamp(types=["Lamp", "Safe"]), "append", {"attrs": {"code": VALUE}}, "updated"),
    (LAMPS, None, "append", {"attrs": {"power": VALUE}}, "missing"),
    (WARD, None, "create", {"types": ["Lamp"], "scopes": ["/city/a/street"]}, "created"),
    (WARD, lamp(), "update", {"scopes": ["/city/a/street"]}, "updated"),
    (WARD, lamp(scopes=["/city/a", "/city/b"]), "append", {"attrs": {"power": VALUE}}, "updated"),
    (WARD, lamp(), "replace", {"types": ["Lamp"], "scopes": ["/city/a"]}, "updated"),
    (POWER, lamp(), "append", {"types": ["Lamp"], "attrs": {"power": VALUE}}, "updated"),
    (POWER, None, "create", {"types": ["Lamp"], "attrs": {"power": VALUE}}, "created"),
    (POWER, lamp(), "delete_attribute", {"attribute": "power"}, "updated"),
]


@pytest.mark.parametrize(("reach", "stands", "verb", "asked", "status"), INSIDE)
def test_write_is_done_when_inside(
    reach: Reach, stands: Entity | None, verb: Any, asked: dict[str, Any], status: str
) -> None:
    assert (
        rules.apply(stands, Write(verb=verb, id="urn:x", reach=reach, **asked), NOW).result.status == status
    )
