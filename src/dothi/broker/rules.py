# SPDX-License-Identifier: Apache-2.0
"""What a write does to an entity: pure, so that a lawyer and a tester can read along.

Order of time decides history, order of arrival decides state, except for readings of devices (`observe`): a late
reading never takes the place of a newer one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dothi.broker.model import Entity, Instance, Result, Write

HIGH_WATER = "~hw"
NULL = "urn:ngsi-ld:null"
_UPKEEP = {"createdAt", "modifiedAt", HIGH_WATER}


@dataclass(slots=True)
class Row:
    """One instance for the history. `check`: it is not newer than all others, so look for its twin first."""

    attr: str
    dataset: str
    instance: Instance
    check: bool = False
    replaces: bool = False


@dataclass(slots=True)
class Outcome:
    entity: Entity | None
    result: Result
    rows: list[Row] = field(default_factory=list)
    changed: dict[str, dict[str, Instance | None]] = field(default_factory=dict)
    kind: str = "updated"

    @property
    def wrote(self) -> bool:
        return bool(self.rows or self.changed) or self.kind in {"created", "deleted"}


def same(one: Instance, other: Instance) -> bool:
    """Equal but for the store's own members."""
    return {k: v for k, v in one.items() if k not in _UPKEEP} == {
        k: v for k, v in other.items() if k not in _UPKEEP
    }


def _put(out: Outcome, attr: str, dataset: str, instance: Instance, now: str, *, keep_newer: bool) -> None:
    assert out.entity is not None
    instances = out.entity.attrs.setdefault(attr, {})
    old = instances.get(dataset)
    observed = instance.get("observedAt")
    high = old.get(HIGH_WATER, old.get("observedAt")) if old else None
    row = Row(attr, dataset, instance)
    if old is not None and observed is not None and high is not None and observed <= high:
        if old.get("observedAt") == observed and same(old, instance):
            out.result.repeats += 1
            return
        row.check = True
        if observed < high:
            out.result.late += 1
            if keep_newer:
                out.rows.append(row)
                return
    new = {**instance, "createdAt": old["createdAt"] if old else now, "modifiedAt": now}
    if observed is not None or high is not None:
        new[HIGH_WATER] = max(observed or "", high or "")
    instances[dataset] = new
    out.rows.append(row)
    out.changed.setdefault(attr, {})[dataset] = new
    out.result.updated.append(attr)


def _drop(out: Outcome, attr: str, dataset: str | None) -> bool:
    assert out.entity is not None
    instances = out.entity.attrs.get(attr)
    if instances is None or (dataset is not None and dataset not in instances):
        return False
    for gone in [dataset] if dataset is not None else list(instances):
        del instances[gone]
        out.changed.setdefault(attr, {})[gone] = None
    if not instances:
        del out.entity.attrs[attr]
    out.result.updated.append(attr)
    return True


def _merge(old: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7396) with NGSI-LD's null (CIM 009 5.5.12)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None or value == NULL:
            merged.pop(key, None)
        else:
            merged[key] = _merge(merged.get(key), value)
    return merged


def _put_all(out: Outcome, write: Write, now: str, *, keep_newer: bool = False) -> None:
    for attr, instances in write.attrs.items():
        for dataset, instance in instances.items():
            if instance is None:
                _drop(out, attr, dataset)
            else:
                _put(out, attr, dataset, instance, now, keep_newer=keep_newer)


def _fresh(write: Write, now: str) -> Outcome:
    entity = Entity(
        id=write.id, types=sorted(write.types), scopes=list(write.scopes or []),
        created_at=now, modified_at=now, expires_at=write.expires_at,
    )  # fmt: skip
    out = Outcome(entity, Result(status="created"), kind="created")
    _put_all(out, write, now)
    return out


def _answer(status: Any, entity: Entity | None) -> Outcome:
    return Outcome(entity, Result(status=status))


def _head(entity: Entity, write: Write) -> bool:
    before = (entity.types, entity.scopes, entity.expires_at)
    if write.verb == "describe":
        entity.types = sorted(write.types) or entity.types
    elif (
        write.types and write.verb != "observe"
    ):  # a reading still on its way must not bring an old type back
        entity.types = sorted({*entity.types, *write.types})
    if write.scopes is not None:
        entity.scopes = list(write.scopes)
    if write.expires_at is not None:
        entity.expires_at = write.expires_at
    return before != (entity.types, entity.scopes, entity.expires_at)


def _replace(entity: Entity, write: Write, now: str) -> Outcome:
    out = Outcome(entity, Result(status="updated"))
    for attr in list(entity.attrs):
        for dataset in list(entity.attrs[attr]):
            if dataset not in write.attrs.get(attr, {}):
                _drop(out, attr, dataset)
    entity.types = sorted(write.types) or entity.types
    entity.scopes = list(write.scopes or [])
    entity.expires_at = write.expires_at
    _put_all(out, write, now)
    out.kind = "updated"
    return out


def _target(entity: Entity, write: Write) -> Instance | None:
    return entity.attrs.get(write.attribute or "", {}).get(write.dataset or "")


def apply(entity: Entity | None, write: Write, now: str) -> Outcome:
    """The entity after `write` at `now`, what to answer, what to append. Changes `entity` in place."""
    verb = write.verb
    if entity is None:
        if verb in {"create", "upsert_replace", "upsert_update", "observe", "describe"} or (
            verb == "add_instances" and write.types
        ):
            return _fresh(write, now)
        return _answer("missing", None)
    if verb == "create":
        return _answer("exists", entity)
    if verb == "delete":
        return Outcome(None, Result(status="deleted"), kind="deleted")
    if verb in {"replace", "upsert_replace"}:
        out = _replace(entity, write, now)
    else:
        out = Outcome(entity, Result(status="updated"))
        out = _part(out, entity, write, now)
    if out.entity is not None and out.result.status == "updated":
        if out.wrote:
            out.entity.modified_at = now
        elif not out.result.not_updated:
            out.result.status = "unchanged"
    return out


def _part(out: Outcome, entity: Entity, write: Write, now: str) -> Outcome:
    verb, attribute = write.verb, write.attribute or ""
    if verb in {"partial", "replace_attribute", "delete_attribute"}:
        old = _target(entity, write)
        if old is None and not (write.delete_all and attribute in entity.attrs):
            return _answer("attribute_missing", entity)
        if verb == "delete_attribute":
            _drop(out, attribute, None if write.delete_all else write.dataset or "")
            return out
        given = next(iter(write.attrs.get(attribute, {}).values()), None) or {}
        new = (
            given
            if verb == "replace_attribute"
            else _merge({k: v for k, v in (old or {}).items() if k not in _UPKEEP}, given)
        )
        _put(out, attribute, write.dataset or "", new, now, keep_newer=False)
        return out
    if _head(entity, write):
        out.changed.setdefault("", {})
    if verb in {"upsert_update", "observe", "describe", "add_instances"} or (
        verb == "append" and write.overwrite
    ):
        _put_all(out, write, now, keep_newer=verb in {"observe", "add_instances"})
        return out
    for attr, instances in write.attrs.items():
        for dataset, instance in instances.items():
            old = entity.attrs.get(attr, {}).get(dataset)
            if verb == "append" and old is not None:
                out.result.not_updated[attr] = "broker.attribute_exists"
            elif verb == "update" and old is None:
                out.result.not_updated[attr] = "broker.attribute_missing"
            elif instance is None:
                _drop(out, attr, dataset)
            elif verb == "merge" and old is not None:
                merged = _merge({k: v for k, v in old.items() if k not in _UPKEEP}, instance)
                _put(out, attr, dataset, merged, now, keep_newer=False)
            else:
                _put(out, attr, dataset, instance, now, keep_newer=False)
    return out
