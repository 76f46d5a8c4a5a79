# SPDX-License-Identifier: Apache-2.0
"""One group of writes: what is read under its locks, what follows from it, what is written before its commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from shapely.geometry import shape

from dothi.broker import rules
from dothi.broker.model import Entity, Instance, Result, Write
from dothi.broker.patching import HIGH_WATER
from dothi.broker.store import packing
from dothi.broker.store.rows import DELETED, encode, unpack
from dothi.foundation import clock

LOCATION = "https://uri.etsi.org/ngsi-ld/location"
Were = tuple[list[str], list[str]]
"""Types and scopes of an entity at its end."""

SeriesKey = tuple[int, str, str, str]
_DELETES = frozenset({"delete", "expire"})
"""Verbs that leave a mark in the history for each instance that goes; delete_temporal leaves nothing to mark."""


@dataclass(slots=True)
class SeriesCache:
    """(tenant, entity, attribute, datasetId) -> (series id, usual unit); bounded, filled after commits only."""

    limit: int = 500_000
    found: dict[SeriesKey, tuple[int, str | None]] = field(default_factory=dict)

    def learn(self, more: dict[SeriesKey, tuple[int, str | None]]) -> None:
        if len(self.found) + len(more) > self.limit:
            self.found.clear()
        self.found.update(more)


def head(entity: Entity) -> tuple[Any, ...]:
    """What stands beside the attributes, and does not change when a reading comes."""
    return entity.types, entity.scopes, entity.expires_at, entity.created_at


def bounds(entity: Entity) -> tuple[float | None, float | None, float | None, float | None]:
    """The bounding box of `location` in degrees; four None when it has none."""
    for instance in entity.attrs.get(LOCATION, {}).values():
        value = instance.get("value")
        if isinstance(value, dict):
            if value.get("type") == "Point":
                x, y = value["coordinates"][:2]
                return x, y, x, y
            x0, y0, x1, y1 = shape(value).bounds
            return x0, y0, x1, y1
    return None, None, None, None


@dataclass(slots=True)
class _Pending:
    """A history row to be."""

    key: SeriesKey
    row: rules.Row
    result: Result
    superseded: bool = False
    dropped: bool = False
    series: int = 0
    unit: str | None = None

    @property
    def at(self) -> str:
        return str(self.row.instance.get("observedAt") or self.row.instance["~now"])


class Group:
    """Applies writes to the states it was given; `prepare` runs the look-ups, `statements` says what to write."""

    def __init__(
        self,
        writes: list[tuple[int, Write]],
        states: dict[tuple[int, str], Entity],
        now: str,
        were: Mapping[tuple[int, str], Were] | None = None,
    ) -> None:
        self.now = now
        self.were = dict(were or {})
        self.before = {key: head(e) for key, e in states.items()}
        self.boxes = {key: e.attrs.get(LOCATION) for key, e in states.items()}
        self.states: dict[tuple[int, str], Entity | None] = dict(states)
        self.touched: dict[tuple[int, str], None] = {}
        self.pending: list[_Pending] = []
        self.changes: list[tuple[int, str, bytes]] = []
        self.results: list[Result] = []
        self.kept: dict[tuple[int, str], tuple[str, Result]] = {}
        self.wiped: dict[tuple[int, str], Result] = {}
        self.reused: set[str] = set()
        self.begun: set[SeriesKey] = set()
        """Series that began in this transaction: they have no past to look into."""
        for tenant, write in writes:
            self._one(tenant, write)

    def _one(self, tenant: int, write: Write) -> None:
        if write.key is not None and (write.request in self.reused or (tenant, write.key) in self.kept):
            self.results.append(self._again(tenant, write, write.key))
            return
        prior = self.states.get((tenant, write.id))
        if prior is not None and write.verb != "expire" and rules.is_expired(prior, self.now):
            # What has expired is as good as gone, whether or not the sweep came by (CIM 009 4.22).
            self._apply(tenant, Write(verb="delete", id=write.id, tenant=write.tenant, origin="expired"))
        result = self._apply(tenant, write)
        self.results.append(result)
        if write.key is not None:
            self.kept[tenant, write.key] = (write.request, result)

    def _again(self, tenant: int, write: Write, key: str) -> Result:
        request, result = self.kept.get((tenant, key), ("", None))
        if result is not None and request == write.request:
            return result
        if write.request:
            self.reused.add(write.request)
        return Result(status="key_reused")

    def _apply(self, tenant: int, write: Write) -> Result:
        key = (tenant, write.id)
        prior = self.states.get(key)
        types = prior.types if prior else write.types
        scopes = prior.scopes if prior else []
        held = {a: list(d) for a, d in prior.attrs.items()} if prior and write.verb in _DELETES else {}
        if prior is None and self._was_outside(key, write):
            return Result(status="outside", detail="entity")
        outcome = rules.apply(prior, write, self.now)
        if write.verb == "delete_temporal" and outcome.result.status != "outside":
            self._wipe(key, outcome.result)
        if not outcome.wrote:
            return outcome.result
        gone = held if outcome.kind == "deleted" else {}
        if outcome.kind == "deleted":
            self.were[key] = (types, scopes)
        if outcome.changed or outcome.marked or outcome.kind in {"created", "deleted"}:
            self.states[key] = outcome.entity
            self.touched[key] = None
        entity = outcome.entity
        if entity is not None:
            types, scopes = entity.types, entity.scopes
        aside: dict[str, dict[str, dict[str, Instance | None]]] = {}
        for row in outcome.rows:
            if row.instance.get("observedAt") is None:
                row.instance = {**row.instance, "~now": self.now}
            self.pending.append(_Pending((tenant, write.id, row.attr, row.dataset), row, outcome.result))
            if row.aside:
                aside.setdefault(row.aside, {}).setdefault(row.attr, {})[row.dataset] = row.instance
        removed = [(a, d) for a, ds in outcome.changed.items() for d, i in ds.items() if i is None]
        removed += [(a, d) for a, ds in gone.items() for d in ds]
        for attr, dataset in removed:
            mark = rules.Row(attr, dataset, {"type": "Property", DELETED: True, "~now": self.now})
            self.pending.append(_Pending((tenant, write.id, attr, dataset), mark, outcome.result))
        for kind, attrs in ((outcome.kind, outcome.changed), *aside.items()):
            if attrs or (kind in {"created", "deleted"}):
                payload: dict[str, Any] = {
                    "kind": kind,
                    "types": types,
                    "scopes": scopes,
                    "origin": write.origin,
                    "attrs": attrs,
                }
                if write.backfill:
                    payload["backfill"] = True
                self.changes.append((tenant, write.id, encode(payload)))
        return outcome.result

    def _was_outside(self, key: tuple[int, str], write: Write) -> bool:
        """Whether what stood here before its deletion was out of reach: whoever takes its id would take its past."""
        were = None if write.reach is None else self.were.get(key)
        return write.reach is not None and were is not None and not write.reach.sees(*were)

    def _wipe(self, key: tuple[int, str], result: Result) -> None:
        """Note that the past of an entity goes, and supersede what this group was about to add to it."""
        self.wiped[key] = result
        for pending in self.pending:
            if pending.key[:2] == key:
                pending.superseded = True

    def resolve_in_group(self) -> list[_Pending]:
        """Settle twins inside the group; what is left needs a look into the history."""
        seen: dict[tuple[SeriesKey, str], _Pending] = {}
        ask: list[_Pending] = []
        unknown: set[SeriesKey] = set()
        for pending in self.pending:
            if "~now" in pending.row.instance or pending.superseded:
                continue
            if pending.row.first and pending.key not in self.begun:
                unknown.add(pending.key)
            if unknown and pending.key in unknown:
                pending.row.check = True
            elif pending.row.check and pending.key in self.begun:
                pending.row.check = False
            place = (pending.key, pending.at)
            twin = seen.get(place)
            if twin is not None:
                if rules.same(twin.row.instance, pending.row.instance):
                    pending.dropped = True
                    pending.result.repeats += 1
                    continue
                twin.superseded = True
                pending.result.conflicts += 1
                self._conflict(pending)
                pending.row.check = twin.row.check
            elif pending.row.check:
                ask.append(pending)
            seen[place] = pending
        return ask

    def _conflict(self, pending: _Pending) -> None:
        tenant, entity, attr, dataset = pending.key
        payload = {"kind": "conflict", "attrs": {attr: {dataset: pending.row.instance}}}
        self.changes.append((tenant, entity, encode(payload)))

    def meet_twins(self, asked: list[_Pending], twins: dict[tuple[int, int], Instance]) -> list[_Pending]:
        """Compare with what the history holds; the pending rows that supersede a kept one."""
        supersede = []
        for pending in asked:
            at = clock.parse(pending.at)
            twin = twins.get((pending.series, micros(at)))
            if twin is None:
                continue
            ours = {
                k: v for k, v in pending.row.instance.items() if k not in {"observedAt", "~now", "datasetId"}
            }
            theirs = {k: v for k, v in twin.items() if k != "datasetId"}
            if rules.same(theirs, ours):
                pending.dropped = True
                pending.result.repeats += 1
            else:
                supersede.append(pending)
                pending.result.conflicts += 1
                self._conflict(pending)
        return supersede

    def raise_marks(self, marks: dict[int, str]) -> None:
        """Give instances that came back the high-water mark of their series: series id -> newest observedAt."""
        for pending in self.pending:
            mark = marks.get(pending.series) if pending.row.first else None
            entity = self.states.get(pending.key[:2])
            if mark is None or entity is None:
                continue
            instance = entity.attrs.get(pending.key[2], {}).get(pending.key[3])
            if instance is not None and instance.get(HIGH_WATER, "") < mark:
                instance[HIGH_WATER] = mark


def moment(number: int) -> datetime:
    """The instant so many microseconds after 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    delta = at - datetime(1970, 1, 1, tzinfo=at.tzinfo)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def twin_rows(rows: list[tuple[Any, ...]], units: dict[int, str | None]) -> dict[tuple[int, int], Instance]:
    """(series, microseconds) -> instance of history rows."""
    return {(series, at): unpack(num, body, units[series]) for series, at, num, body in rows}


async def unpack_around(
    connection: psycopg.AsyncConnection[Any], sql: dict[str, bytes], series: list[int], at: list[str]
) -> None:
    """Lay packed chunks that cover these instants open again, inside the caller's transaction."""
    cursor = await connection.execute(sql["packed_around"], (series, at))
    for place, number, blob in await cursor.fetchall():
        await packing.lay_open(connection, place, number, blob)
