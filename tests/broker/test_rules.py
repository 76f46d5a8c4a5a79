# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
from typing import Any

import pytest

from dothi.broker.model import Entity, Write
from dothi.broker.patching import HIGH_WATER, NULL
from dothi.broker.rules import apply, same

NOW, LATER = "2026-11-23T10:00:00.000000Z", "2026-11-23T11:00:00.000000Z"
T1, T2, T3 = (f"2026-11-23T09:0{n}:00.000000Z" for n in (1, 2, 3))
ID = "urn:ngsi-ld:Lamp:1"


def prop(value: Any, observed: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, **({"observedAt": observed} if observed else {}), **more}


def lamp(**attrs: Any) -> Entity:
    made = Write(verb="create", id=ID, types=["Lamp"], attrs={k: {"": v} for k, v in attrs.items()})
    entity = apply(None, made, NOW).entity
    assert entity is not None
    return entity


def write(verb: Any, **more: Any) -> Write:
    attrs = {
        k: (v if v is not None and "type" not in v else {"": v}) for k, v in more.pop("attrs", {}).items()
    }
    return Write(verb=verb, id=ID, attrs=attrs, **more)


def plain(entity: Entity | None) -> dict[str, Any]:
    assert entity is not None
    return {a: {d: i.get("value") for d, i in ds.items()} for a, ds in entity.attrs.items()}


@pytest.mark.parametrize("verb", ["create", "upsert_replace", "upsert_update", "observe", "describe"])
def test_apply_creates_when_entity_is_missing(verb: str) -> None:
    out = apply(None, write(verb, types=["Lamp"], attrs={"a": prop(1)}), NOW)

    assert (out.kind, out.result.status, plain(out.entity)) == ("created", "created", {"a": {"": 1}})
    assert out.entity is not None
    assert out.entity.attrs["a"][""] == {**prop(1), "createdAt": NOW, "modifiedAt": NOW}


@pytest.mark.parametrize(
    "verb",
    ["append", "update", "partial", "merge", "replace", "replace_attribute", "delete", "delete_attribute"],
)
def test_apply_reports_missing_when_entity_is_missing(verb: str) -> None:
    out = apply(None, write(verb, attribute="a", attrs={"a": prop(1)}), NOW)

    assert (out.entity, out.result.status, out.wrote) == (None, "missing", False)


def test_create_fails_when_entity_exists() -> None:
    out = apply(lamp(a=prop(1)), write("create", types=["Lamp"], attrs={"a": prop(2)}), LATER)

    assert (out.result.status, out.wrote, plain(out.entity)) == ("exists", False, {"a": {"": 1}})


def test_append_adds_and_replaces_when_overwriting() -> None:
    out = apply(lamp(a=prop(1)), write("append", attrs={"a": prop(2), "b": prop(3)}), LATER)

    assert plain(out.entity) == {"a": {"": 2}, "b": {"": 3}}
    assert out.entity is not None
    assert (out.entity.attrs["a"][""]["createdAt"], out.entity.attrs["a"][""]["modifiedAt"]) == (NOW, LATER)
    assert (out.entity.created_at, out.entity.modified_at) == (NOW, LATER)


def test_append_keeps_what_exists_when_not_overwriting() -> None:
    out = apply(lamp(a=prop(1)), write("append", overwrite=False, attrs={"a": prop(2), "b": prop(3)}), LATER)

    assert plain(out.entity) == {"a": {"": 1}, "b": {"": 3}}
    assert list(out.result.not_updated) == ["a"]


def test_update_appends_attributes_when_they_do_not_exist() -> None:
    out = apply(lamp(a=prop(1)), write("update", attrs={"a": prop(2), "b": prop(3), "c": {"": None}}), LATER)

    assert plain(out.entity) == {"a": {"": 2}, "b": {"": 3}}
    assert list(out.result.not_updated) == ["c"]


def test_partial_changes_given_members_when_attribute_exists() -> None:
    entity = lamp(a=prop(1, unitCode="CEL"))

    out = apply(entity, write("partial", attribute="a", attrs={"a": {"type": "Property", "value": 5}}), LATER)

    assert out.entity is not None
    found = out.entity.attrs["a"][""]
    assert (found["value"], found["unitCode"]) == (5, "CEL")


@pytest.mark.parametrize("verb", ["partial", "replace_attribute", "delete_attribute"])
def test_attribute_verbs_report_when_attribute_is_missing(verb: str) -> None:
    out = apply(lamp(a=prop(1)), write(verb, attribute="b", attrs={"b": prop(1)}), LATER)

    assert (out.result.status, out.wrote) == ("attribute_missing", False)


def test_merge_deletes_members_when_patch_is_null() -> None:
    entity = lamp(a=prop({"x": 1, "y": 2}, unitCode="CEL"))

    out = apply(entity, write("merge", attrs={"a": prop({"y": NULL, "z": 3}, unitCode=NULL)}), LATER)

    assert out.entity is not None
    assert out.entity.attrs["a"][""]["value"] == {"x": 1, "z": 3}
    assert "unitCode" not in out.entity.attrs["a"][""]


def test_merge_deletes_attribute_when_instance_is_none() -> None:
    out = apply(lamp(a=prop(1), b=prop(2)), write("merge", attrs={"a": {"": None}}), LATER)

    assert plain(out.entity) == {"b": {"": 2}}
    assert out.changed["a"] == {"": None}


def test_replace_drops_what_is_not_given_when_applied() -> None:
    out = apply(lamp(a=prop(1), b=prop(2)), write("replace", types=["Lamp"], attrs={"a": prop(9)}), LATER)

    assert plain(out.entity) == {"a": {"": 9}}
    assert out.changed["b"] == {"": None}


def test_delete_attribute_takes_one_or_all_when_asked() -> None:
    both = {"": prop(1), "urn:d": prop(2)}
    entity = apply(None, write("create", types=["Lamp"], attrs={"a": both}), NOW).entity

    one = apply(copy.deepcopy(entity), write("delete_attribute", attribute="a", dataset="urn:d"), LATER)
    everything = apply(entity, write("delete_attribute", attribute="a", delete_all=True), LATER)

    assert plain(one.entity) == {"a": {"": 1}}
    assert plain(everything.entity) == {}


def test_datasets_stand_side_by_side_when_appended() -> None:
    out = apply(lamp(a=prop(1)), write("append", attrs={"a": {"urn:d": prop(2)}}), LATER)

    assert plain(out.entity) == {"a": {"": 1, "urn:d": 2}}


def test_scopes_and_types_grow_when_appended() -> None:
    out = apply(lamp(a=prop(1)), write("append", types=["Asset"], scopes=["/1/2"]), LATER)

    assert out.entity is not None
    assert (out.entity.types, out.entity.scopes) == (["Asset", "Lamp"], ["/1/2"])
    assert out.wrote


def test_observe_changes_nothing_when_repeated() -> None:
    out = apply(lamp(a=prop(1, T2)), write("observe", attrs={"a": prop(1, T2)}), LATER)

    assert (out.result.status, out.result.repeats, out.wrote) == ("unchanged", 1, False)


def test_observe_goes_to_history_only_when_late() -> None:
    out = apply(lamp(a=prop(2, T2)), write("observe", attrs={"a": prop(1, T1)}), LATER)

    assert plain(out.entity) == {"a": {"": 2}}
    assert (out.result.late, [r.check for r in out.rows], out.changed) == (1, [True], {})


def test_observe_asks_for_the_twin_when_value_differs_at_the_same_time() -> None:
    out = apply(lamp(a=prop(2, T2)), write("observe", attrs={"a": prop(3, T2)}), LATER)

    assert plain(out.entity) == {"a": {"": 3}}
    assert [r.check for r in out.rows] == [True]


def test_observe_needs_no_look_when_newer() -> None:
    out = apply(lamp(a=prop(2, T2)), write("observe", attrs={"a": prop(3, T3)}), LATER)

    assert [r.check for r in out.rows] == [False]
    assert out.entity is not None
    assert out.entity.attrs["a"][""][HIGH_WATER] == T3


def test_high_water_stays_when_an_older_value_replaces_the_state() -> None:
    older = apply(lamp(a=prop(3, T3)), write("append", attrs={"a": prop(1, T1)}), LATER)
    between = apply(older.entity, write("observe", attrs={"a": prop(2, T2)}), LATER)

    assert older.entity is not None
    assert older.entity.attrs["a"][""][HIGH_WATER] == T3
    assert [r.check for r in between.rows] == [True]


def test_value_without_time_is_kept_again_when_repeated() -> None:
    out = apply(lamp(a=prop(1)), write("append", attrs={"a": prop(1)}), LATER)

    assert (out.result.status, len(out.rows)) == ("updated", 1)


def test_delete_leaves_nothing_when_entity_exists() -> None:
    out = apply(lamp(a=prop(1)), write("delete"), LATER)

    assert (out.entity, out.kind, out.result.status) == (None, "deleted", "deleted")


def test_same_ignores_upkeep_when_comparing() -> None:
    assert same({**prop(1), "createdAt": NOW, HIGH_WATER: T1}, {**prop(1), "modifiedAt": LATER})
    assert not same(prop(1), prop(2))


@pytest.mark.parametrize(
    ("held", "observed", "aside"),
    [
        (None, "2026-11-23T10:02:00.000000Z", ""),
        (None, "2026-11-23T10:02:00.000001Z", "ahead"),
        (T1, T2, ""),
        (T2, T1, "late"),
        (T1, "2026-11-24T00:00:00.000000Z", "ahead"),
        ("2099-01-01T00:00:00.000000Z", T1, ""),
        ("2099-01-01T00:00:00.000000Z", "2098-01-01T00:00:00.000000Z", "late"),
        ("2098-01-01T00:00:00.000000Z", "2099-01-01T00:00:00.000000Z", ""),
    ],
)
def test_reading_stands_aside_when_its_time_says_so(held: str | None, observed: str, aside: str) -> None:
    out = apply(lamp(a=prop(1, held)), write("observe", attrs={"a": prop(2, observed)}), NOW)

    assert [r.aside for r in out.rows] == [aside]
    assert (out.result.late, out.result.ahead) == (aside == "late", aside == "ahead")
    assert plain(out.entity) == {"a": {"": 1 if aside else 2}}
    assert out.entity is not None
    assert out.entity.attrs["a"][""][HIGH_WATER] == max(held or "", observed)
    assert out.entity.modified_at == NOW


@pytest.mark.parametrize("verb", ["append", "update", "merge", "replace", "upsert_update"])
def test_client_decides_when_it_states_a_time_by_the_standard(verb: str) -> None:
    future = "9999-12-31T00:00:00.000000Z"

    out = apply(lamp(a=prop(1, T1)), write(verb, attrs={"a": prop(2, future)}), NOW)

    assert (plain(out.entity), out.result.ahead) == ({"a": {"": 2}}, 0)


@pytest.mark.parametrize("verb", ["create", "upsert_update", "upsert_replace", "observe"])
def test_nothing_is_made_when_the_type_is_missing(verb: str) -> None:
    out = apply(None, write(verb, attrs={"a": prop(1)}), NOW)

    assert (out.entity, out.result.status, out.result.detail) == (None, "refused", "broker.ngsi.bad_type")


def test_describe_replaces_types_and_scopes_when_a_thing_is_something_else() -> None:
    entity = lamp(a=prop(1, T1), b=prop(2))

    out = apply(entity, write("describe", types=["Pump"], scopes=["/46"], attrs={"b": prop(3)}), LATER)

    assert out.entity is not None
    assert (out.entity.types, out.entity.scopes) == (["Pump"], ["/46"])
    assert plain(out.entity) == {"a": {"": 1}, "b": {"": 3}}


def test_observe_leaves_the_types_when_a_reading_comes_by_the_old_one() -> None:
    out = apply(lamp(a=prop(1, T1)), write("observe", types=["Device"], attrs={"a": prop(2, T2)}), LATER)

    assert out.entity is not None
    assert out.entity.types == ["Lamp"]
