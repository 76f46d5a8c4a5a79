# SPDX-License-Identifier: Apache-2.0
"""One group of writes: what is read under its locks, what follows from it, what is written before its commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from shapely.geometry import shape

from dothi.broker import rules
from dothi.broker.model import Entity, Instance, Result, Write
from dothi.broker.store import packing
from dothi.broker.store.rows import DELETED, encode, unpack
from dothi.foundation import clock

LOCATION = "https://uri.etsi.org/ngsi-ld/location"
SeriesKey = tuple[int, str, str, str]


@dataclass(slots=True)
class SeriesCache:
    """(tenant, entity, attribute, datasetId) -> (series id, usual unit); bounded, filled after commits only."""

    limit: int = 500_000
    found: dict[SeriesKey, tuple[int, str | None]] = field(default_factory=dict)

    def learn(self, more: dict[SeriesKey, tuple[int, str | None]]) -> None:
        if len(self.found) + len(more) > self.limit:
            self.found.clear()
        self.found.update(more)


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
        self, writes: list[tuple[int, Write]], states: dict[tuple[int, str], Entity], now: str
    ) -> None:
        self.now = now
        self.before = {key: (e.types, e.scopes, e.expires_at) for key, e in states.items()}
        self.boxes = {key: e.attrs.get(LOCATION) for key, e in states.items()}
        self.states: dict[tuple[int, str], Entity | None] = dict(states)
        self.touched: dict[tuple[int, str], None] = {}
        self.pending: list[_Pending] = []
        self.changes: list[tuple[int, str, bytes]] = []
        self.results: list[Result] = []
        self.kept: dict[tuple[int, str], Result] = {}
        for tenant, write in writes:
            self._one(tenant, write)

    def _one(self, tenant: int, write: Write) -> None:
        if write.key is not None and (tenant, write.key) in self.kept:
            self.results.append(self.kept[tenant, write.key])
            return
        key = (tenant, write.id)
        prior = self.states.get(key)
        types = prior.types if prior else write.types
        scopes = prior.scopes if prior else []
        gone = {a: list(d) for a, d in prior.attrs.items()} if prior and write.verb == "delete" else {}
        outcome = rules.apply(prior, write, self.now)
        self.results.append(outcome.result)
        if write.key is not None:
            self.kept[tenant, write.key] = outcome.result
        if not outcome.wrote:
            return
        if outcome.changed or outcome.kind in {"created", "deleted"}:
            self.states[key] = outcome.entity
            self.touched[key] = None
        entity = outcome.entity
        if entity is not None:
            types, scopes = entity.types, entity.scopes
        late: dict[str, dict[str, Instance | None]] = {}
        for row in outcome.rows:
            if row.instance.get("observedAt") is None:
                row.instance = {**row.instance, "~now": self.now}
            self.pending.append(_Pending((tenant, write.id, row.attr, row.dataset), row, outcome.result))
            if row.dataset not in outcome.changed.get(row.attr, {}):
                late.setdefault(row.attr, {})[row.dataset] = row.instance
        removed = [(a, d) for a, ds in outcome.changed.items() for d, i in ds.items() if i is None]
        removed += [(a, d) for a, ds in gone.items() for d in ds]
        for attr, dataset in removed:
            mark = rules.Row(attr, dataset, {"type": "Property", DELETED: True, "~now": self.now})
            self.pending.append(_Pending((tenant, write.id, attr, dataset), mark, outcome.result))
        for kind, attrs in ((outcome.kind, outcome.changed), ("late", late)):
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

    def resolve_in_group(self) -> list[_Pending]:
        """Settle twins inside the group; what is left needs a look into the history."""
        seen: dict[tuple[SeriesKey, str], _Pending] = {}
        ask: list[_Pending] = []
        for pending in self.pending:
            if "~now" in pending.row.instance:
                continue
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
