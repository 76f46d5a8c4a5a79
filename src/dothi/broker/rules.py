# SPDX-License-Identifier: Apache-2.0
"""What a write does to an entity: pure, so that a lawyer and a tester can read along.

Order of time decides history, order of arrival decides state, except for readings of devices (`observe`): a late
reading never takes the place of a newer one, and a reading from the future never takes the place of a sane one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import msgspec

from dothi.broker import grading, patching
from dothi.broker.model import Entity, Instance, Result, Write
from dothi.broker.patching import HIGH_WATER, NULL, UPKEEP, Misfit
from dothi.foundation import clock

AHEAD = timedelta(seconds=120)
"""A reading further ahead of now is from a wrong clock: kept in history, but apart (quality.md, R7)."""
_CREATES = frozenset({"create", "upsert_replace", "upsert_update", "observe", "describe"})
_READINGS = frozenset({"observe", "add_instances"})
_GOES = frozenset({"delete", "delete_temporal", "expire"})
_OVERWRITES = frozenset({"upsert_update", "observe", "describe", "add_instances"})


@dataclass(slots=True)
class Row:
    """One instance for the history.

    `check`: it may not be newer than all others, so look for its twin first. `first`: the state knows no mark of
    this series, so its high-water mark must be looked up too. `aside`: why it does not become the state.
    """

    attr: str
    dataset: str
    instance: Instance
    check: bool = False
    first: bool = False
    aside: Literal["", "late", "ahead"] = ""


@dataclass(slots=True)
class Outcome:
    """`marked`: only the store's own members of the entity changed.

    `graded`: its readings are tested, by the declared `period`, as arrived at `arrived` (None: recorded data).
    """

    entity: Entity | None
    result: Result
    rows: list[Row] = field(default_factory=list)
    changed: dict[str, dict[str, Instance | None]] = field(default_factory=dict)
    kind: str = "updated"
    marked: bool = False
    graded: bool = False
    period: float | None = None
    arrived: str | None = None
    latest: str = ""

    @property
    def wrote(self) -> bool:
        return bool(self.rows or self.changed) or self.kind in {"created", "deleted"}


def same(one: Instance, other: Instance) -> bool:
    """Equal but for the store's own members."""
    return {k: v for k, v in one.items() if k not in UPKEEP} == {
        k: v for k, v in other.items() if k not in UPKEEP
    }


def is_ahead(observed: str, now: str) -> bool:
    """Whether this time is from a wrong clock."""
    return observed > now and observed > clock.iso(clock.parse(now) + AHEAD)


def is_expired(entity: Entity, at: str) -> bool:
    return entity.expires_at is not None and entity.expires_at <= at


def _aside(held: str | None, observed: str, now: str) -> Literal["", "late", "ahead"]:
    """Why a reading does not take the place of one observed at `held`; "" when it does."""
    if held is not None and observed < held:
        return "" if is_ahead(held, now) and not is_ahead(observed, now) else "late"
    if is_ahead(observed, now) and (held is None or not is_ahead(held, now)):
        return "ahead"
    return ""


def _put(out: Outcome, attr: str, dataset: str, instance: Instance, now: str, *, keep_newer: bool) -> None:
    assert out.entity is not None
    instances = out.entity.attrs.setdefault(attr, {})
    old = instances.get(dataset)
    observed = instance.get("observedAt")
    high = old.get(HIGH_WATER, old.get("observedAt")) if old else None
    row = Row(attr, dataset, instance)
    judged = grading.NOTHING
    if observed is not None:
        if high is None:
            row.check = row.first = True
        elif observed <= high:
            if old is not None and old.get("observedAt") == observed and same(old, instance):
                out.result.repeats += 1
                return
            row.check = True
        judged = _judge(out, row, old)
        instance = row.instance
        if keep_newer and old is None:
            out.result.ahead += is_ahead(observed, now)
        elif keep_newer and old is not None and (aside := _aside(old.get("observedAt"), observed, now)):
            row.aside = aside
            _set_aside(out, row, old, observed, high)
            if judged.tally is not None:
                old[grading.TALLY] = judged.tally
                out.marked = True
            return
    new = {**instance, "createdAt": old["createdAt"] if old else now, "modifiedAt": now}
    if observed is not None or high is not None:
        new[HIGH_WATER] = max(observed or "", high or "")
    # What the log tells needs no state of the tests.
    instances[dataset] = judged.keep(new)
    out.rows.append(row)
    out.changed.setdefault(attr, {})[dataset] = new
    out.result.updated.append(attr)


def _judge(out: Outcome, row: Row, old: Instance | None) -> grading.Judgement:
    """Test a reading before it is kept: what was found goes with it."""
    if not out.graded:
        return grading.NOTHING
    judged = grading.judged(
        row.attr, row.instance, old, period=out.period, now=out.arrived, latest=out.latest
    )
    if judged.found is not None:
        row.instance = {**row.instance, grading.FOUND: judged.found}
    return judged


def _grade(out: Outcome, write: Write, now: str) -> Outcome:
    """Readings are tested that a way in brings, or that are of a thing which says how often it reports."""
    assert out.entity is not None
    out.period = grading.declared(out.entity, write.attrs)
    out.graded = write.verb == "observe" or out.period is not None
    out.arrived = None if write.backfill else now
    out.latest = now
    return out


def _set_aside(out: Outcome, row: Row, old: Instance, observed: str, high: str | None) -> None:
    """History only; the mark still rises, or the same reading would be kept again when its time has come."""
    if row.aside == "late":
        out.result.late += 1
    else:
        out.result.ahead += 1
    out.rows.append(row)
    if observed > (high or ""):
        old[HIGH_WATER] = observed
        out.marked = True


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
    out = _grade(Outcome(entity, Result(status="created"), kind="created"), write, now)
    _put_all(out, write, now, keep_newer=write.verb in _READINGS)
    return out


def _answer(status: Any, entity: Entity | None) -> Outcome:
    return Outcome(entity, Result(status=status))


def _refused(entity: Entity | None, key: str, **about: str) -> Outcome:
    return Outcome(entity, Result(status="refused", detail=key, about=about))


def _head(entity: Entity, write: Write) -> bool:
    before = (entity.types, entity.scopes, entity.expires_at)
    if write.verb == "describe":
        entity.types = sorted(write.types) or entity.types
    elif (
        write.types and write.verb != "observe"
    ):  # a reading still on its way must not bring an old type back
        entity.types = sorted({*entity.types, *write.types})
    if write.scopes is not None:
        entity.scopes = _scopes(entity, write, write.scopes)
    if write.expires_at is not None:
        entity.expires_at = None if write.expires_at == NULL else write.expires_at
    return before != (entity.types, entity.scopes, entity.expires_at)


def _scopes(entity: Entity, write: Write, given: list[str]) -> list[str]:
    """5.6.2.4: an update changes a scope but gives none; 5.6.3.4: an append without overwriting adds to it."""
    if write.verb == "update" and not entity.scopes:
        return []
    if write.verb == "append" and not write.overwrite:
        return list(dict.fromkeys([*entity.scopes, *given]))
    return list(given)


def _replace(entity: Entity, write: Write, now: str) -> Outcome:
    out = _grade(Outcome(entity, Result(status="updated")), write, now)
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


def _beyond(entity: Entity | None, write: Write) -> str | None:
    """What the write would touch outside of its reach; nothing is changed yet."""
    assert write.reach is not None
    asked = write.reach.asked(
        types=write.types, scopes=write.scopes, attrs=write.attrs, attribute=write.attribute
    )
    if asked is not None:
        return asked
    before = None if entity is None else (entity.types, entity.scopes, entity.expires_at)
    if entity is None and write.verb not in _CREATES and not (write.verb == "add_instances" and write.types):
        return None
    return write.reach.moved(write.verb, before, _after(entity, write))


def _after(entity: Entity | None, write: Write) -> tuple[list[str], list[str], str | None] | None:
    """Types, scopes and end of the entity when the write is done; None when it is gone."""
    if write.verb in _GOES:
        return None
    if entity is None:
        return write.types, write.scopes or [], write.expires_at
    then = msgspec.structs.replace(entity)
    if write.verb in {"replace", "upsert_replace"}:
        return write.types or then.types, write.scopes or [], write.expires_at
    if write.verb not in {"create", "partial", "replace_attribute", "delete_attribute"}:
        _head(then, write)
    return then.types, then.scopes, then.expires_at


def apply(entity: Entity | None, write: Write, now: str) -> Outcome:
    """The entity after `write` at `now`, what to answer, what to append. Changes `entity` in place."""
    verb = write.verb
    if write.reach is not None and (why := _beyond(entity, write)) is not None:
        return Outcome(entity, Result(status="outside", detail=why))
    if entity is None:
        if verb in _CREATES and not write.types:
            return _refused(None, "broker.ngsi.bad_type")
        if verb in _CREATES or (verb == "add_instances" and write.types):
            return _fresh(write, now)
        return _answer("missing", None)
    if verb == "create":
        return _answer("exists", entity)
    if verb == "expire" and not is_expired(entity, write.expires_at or now):
        return _answer("unchanged", entity)
    if verb in _GOES:
        return Outcome(None, Result(status="deleted"), kind="deleted")
    try:
        out = _changed(entity, write, now)
    except Misfit as misfit:
        return _refused(entity, misfit.key, **misfit.about)
    if out.entity is not None and out.result.status == "updated":
        if out.changed:
            out.entity.modified_at = now
        elif not out.rows and not out.result.not_updated:
            out.result.status = "unchanged"
    return out


def _changed(entity: Entity, write: Write, now: str) -> Outcome:
    """What becomes of an entity that exists; Misfit before anything is changed."""
    verb = write.verb
    if verb in {"replace", "upsert_replace"}:
        return _replace(entity, write, now)
    if verb in {"partial", "replace_attribute", "delete_attribute"}:
        return _one(entity, write, now)
    if verb in {"merge", "update"}:
        write = patching.whole(entity, write)
    out = _grade(Outcome(entity, Result(status="updated")), write, now)
    if _head(entity, write):
        out.changed.setdefault("", {})
    if verb in _OVERWRITES or (verb == "append" and write.overwrite):
        _put_all(out, write, now, keep_newer=verb in _READINGS)
        return out
    for attr, instances in write.attrs.items():
        for dataset, instance in instances.items():
            exists = dataset in entity.attrs.get(attr, {})
            if verb == "append" and exists:
                out.result.not_updated[attr] = "broker.attribute_exists"
            elif instance is not None:
                _put(out, attr, dataset, instance, now, keep_newer=False)
            elif not _drop(out, attr, dataset) and verb == "update":
                out.result.not_updated[attr] = "broker.attribute_missing"
    return out


def _one(entity: Entity, write: Write, now: str) -> Outcome:
    """Verbs that name their attribute."""
    out = _grade(Outcome(entity, Result(status="updated")), write, now)
    attribute, dataset = write.attribute or "", write.dataset or ""
    old = entity.attrs.get(attribute, {}).get(dataset)
    if old is None and not (write.delete_all and attribute in entity.attrs):
        return _answer("attribute_missing", entity)
    if write.verb == "delete_attribute":
        _drop(out, attribute, None if write.delete_all else dataset)
        return out
    given = next(iter(write.attrs.get(attribute, {}).values()), None) or {}
    new = given if write.verb == "replace_attribute" else patching.partial(attribute, old or {}, given)
    _put(out, attribute, dataset, new, now, keep_newer=False)
    return out
