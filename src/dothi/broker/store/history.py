# SPDX-License-Identifier: Apache-2.0
"""Reading the record: instances, rows and series of numbers, and the state as of any instant.

Open rows and packed chunks are read alike. Times come in as `clock.iso` text or aware datetimes; a stretch of time
holds its start and not its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Literal

import msgspec
import numpy as np
from psycopg_pool import AsyncConnectionPool

from dothi.broker.model import Entity, Instance
from dothi.broker.store import packing
from dothi.broker.store.reader import StateReader
from dothi.broker.store.rows import DELETED, unpack
from dothi.foundation import clock
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("history.sql")).items()}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGIN, END = "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"
RECENT = timedelta(days=45)
_CHUNKS_AT_ONCE = 16


class Row(msgspec.Struct, kw_only=True):
    """One kept instance. Times in microseconds since 1970; `superseded` 0 while it stands."""

    series: int
    attr: str
    dataset: str
    unit: str | None
    at: int
    observed: bool
    recorded: int
    superseded: int
    instance: Instance

    def full(self) -> Instance:
        """The instance with its times and its instanceId (CIM 009 4.5.5)."""
        recorded = clock.iso(moment(self.recorded))
        found = {**self.instance, "createdAt": recorded, "modifiedAt": recorded}
        found["instanceId"] = f"urn:ngsi-ld:Instance:{self.series}-{self.at}-{self.recorded}"
        if self.observed:
            found["observedAt"] = clock.iso(moment(self.at))
        if self.dataset:
            found["datasetId"] = self.dataset
        return found


class Point(msgspec.Struct, frozen=True):
    """A number of a series, or a bucket of `n` numbers. `at`: epoch seconds."""

    at: float
    mean: float
    low: float
    high: float
    n: int = 1


def moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def micros(at: str | datetime) -> int:
    """Microseconds since 1970."""
    delta = (clock.parse(at) if isinstance(at, str) else at) - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


class HistoryReader:
    """Reads the record for one process."""

    def __init__(self, pool: AsyncConnectionPool[Any], state: StateReader) -> None:
        self.pool = pool
        self.state = state

    async def _fetch(self, query: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        async with self.pool.connection() as connection:
            rows: list[tuple[Any, ...]] = await (await connection.execute(SQL[query], params)).fetchall()
        return rows

    async def rows(
        self,
        tenant: str,
        entity: str,
        *,
        attrs: Sequence[str] | None = None,
        start: Any = None,
        end: Any = None,
        limit: int = 1000,
    ) -> list[Row]:
        """Rows of an entity, newest first: at least the newest `limit` of each series when there are that many."""
        number = await self.state.tenant_id(tenant)
        names = list(attrs) if attrs is not None else None
        series = {r[0]: r[1:] for r in await self._fetch("series_of", (number, entity, names, names))}
        if not series:
            return []
        begin, finish = start or BEGIN, end or END
        found = await self._fetch("open_rows", (list(series), begin, finish, limit))
        for one in series:
            found += await self._packed(one, begin, finish, limit)
        rows = []
        for number_, at, observed, recorded, num, body, superseded in found:
            attr, dataset, unit = series[number_]
            rows.append(
                Row(
                    series=number_, attr=attr, dataset=dataset, unit=unit, at=at, observed=observed, recorded=recorded,
                    superseded=superseded, instance=unpack(num, body, unit),
                )
            )  # fmt: skip
        rows.sort(key=lambda r: (-r.at, r.attr, r.dataset, -r.recorded))
        return rows

    async def _packed(self, series: int, start: Any, end: Any, limit: int) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        low, high = micros(start), micros(end)
        for offset in range(0, 1_000_000, _CHUNKS_AT_ONCE):
            chunks = await self._fetch("chunks", ([series], end, start, _CHUNKS_AT_ONCE, offset))
            for _, blob in chunks:
                columns = packing.unpack(blob)
                columns = columns.part((columns.at >= low) & (columns.at < high))
                found += _rows_of(series, columns)
            if len(chunks) < _CHUNKS_AT_ONCE or len(found) >= limit:
                return found
        return found

    async def instances(
        self,
        tenant: str,
        entity: str,
        *,
        attrs: Sequence[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        by: Literal["observedAt", "createdAt", "modifiedAt", "deletedAt"] = "observedAt",
        last: int | None = None,
        limit: int = 1000,
    ) -> dict[str, list[Instance]]:
        """Instances that stand, by attribute IRI, newest first, at most `last` (else `limit`) of each attribute."""
        most = last or limit
        observed = by == "observedAt"
        rows = await self.rows(
            tenant, entity, attrs=attrs, start=start if observed else None, end=end if observed else None,
            limit=most + 100 if observed else 1_000_000,
        )  # fmt: skip
        if not observed:
            low, high = micros(start or BEGIN), micros(end or END)
            rows = sorted((r for r in rows if low <= r.recorded < high), key=lambda r: -r.recorded)
        found: dict[str, list[Instance]] = {}
        for row in rows:
            if row.superseded or (observed and start is not None and not row.observed):
                continue
            if (DELETED in row.instance) != (by == "deletedAt"):
                continue
            kept = found.setdefault(row.attr, [])
            if len(kept) < most:
                kept.append(row.full())
        return found

    async def numbers(
        self, tenant: str, entity: str, attr: str, start: Any, end: Any
    ) -> tuple[str | None, Any, Any]:
        """(usual unit, times in microseconds, values) of an attribute's numbers that stand, in order of time.

        `attr`: its IRI, or the last part of it.
        """
        number = await self.state.tenant_id(tenant)
        every = await self._fetch("series_of", (number, entity, None, None))
        mine = [r for r in every if r[1] == attr or r[1].rsplit("/", 1)[-1].rsplit("#", 1)[-1] == attr]
        if not mine:
            return None, np.zeros(0, np.int64), np.zeros(0)
        ids = [r[0] for r in mine]
        rows = await self._fetch("open_numbers", (ids, start, end))
        at = [np.array([r[0] for r in rows], np.int64)]
        values = [np.array([r[1] for r in rows], np.float64)]
        for _, blob in await self._fetch("all_chunks", (ids, end, start)):
            columns = packing.unpack(blob)
            keep = (
                (columns.at >= micros(start))
                & (columns.at < micros(end))
                & (columns.superseded == 0)
                & ~np.isnan(columns.num)
            )
            at.append(columns.at[keep])
            values.append(columns.num[keep])
        times, found = np.concatenate(at), np.concatenate(values)
        order = np.argsort(times, kind="stable")
        return mine[0][3], times[order], found[order]

    async def points(
        self, tenant: str, entity: str, attr: str, start: datetime, end: datetime, most: int
    ) -> tuple[str, bool, list[Point]]:
        """(unit code, raw, points): raw numbers when they are at most `most`, else that many buckets at the most."""
        unit, times, values = await self.numbers(tenant, entity, attr, start, end)
        if len(times) <= most:
            raw = [Point(t / 1e6, v, v, v) for t, v in zip(times.tolist(), values.tolist(), strict=True)]
            return unit or "", True, raw
        width = max(1, (micros(end) - micros(start)) // most)
        bucket = (times - micros(start)) // width
        edges = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
        counts = np.diff(edges, append=len(times))
        sums = np.add.reduceat(values, edges)
        lows, highs = np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges)
        middles = (micros(start) + (bucket[edges] + 0.5) * width) / 1e6
        columns = (middles.tolist(), (sums / counts).tolist(), lows.tolist(), highs.tolist(), counts.tolist())
        return unit or "", False, [Point(*p) for p in zip(*columns, strict=True)]

    async def state_at(self, tenant: str, at: datetime) -> list[Entity]:
        """All entities as they were known at `at`: only what was recorded by then.

        Attributes that carry no time of observation (a name, a place) are taken from today where nothing older is kept.
        """
        number = await self.state.tenant_id(tenant)
        series = {r[0]: r[1:] for r in await self._fetch("series_of_tenant", (number,))}
        ids = list(series)
        newest: dict[int, tuple[Any, ...]] = {}
        for row in await self._fetch("open_as_of", (ids, at, at - RECENT, at, at)):
            newest[row[0]] = row
        for one, blob in await self._fetch("chunks_as_of", (ids, at)):
            known = _as_of(one, packing.unpack(blob), micros(at))
            if known is not None and (one not in newest or known[1] > newest[one][1]):
                newest[one] = known
        rest = [i for i in ids if i not in newest]
        for row in await self._fetch("open_as_of", (rest, at, BEGIN, at, at)):
            newest[row[0]] = row
        entities, _ = await self.state.query(tenant, limit=None)
        today = {e.id: e for e in entities}
        found: dict[str, Entity] = {}
        for one, row in newest.items():
            entity, attr, dataset, unit = series[one]
            full = Row(
                series=one, attr=attr, dataset=dataset, unit=unit, at=row[1], observed=row[2], recorded=row[3], superseded=0,
                instance=unpack(row[4], row[5], unit),
            )  # fmt: skip
            then = found.setdefault(entity, Entity(id=entity, types=[], created_at="", modified_at=""))
            if DELETED not in full.instance:
                instance = full.full()
                del instance["instanceId"]
                then.attrs.setdefault(attr, {})[dataset] = instance
        for id_, then in found.items():
            now = today.get(id_)
            if now is None:
                continue
            then.types, then.scopes, then.created_at, then.modified_at = (
                now.types,
                now.scopes,
                now.created_at,
                now.modified_at,
            )
            for attr, instances in now.attrs.items():
                if attr not in then.attrs and all("observedAt" not in i for i in instances.values()):
                    then.attrs[attr] = instances
        return [e for e in found.values() if e.attrs and e.types]


def _rows_of(series: int, columns: packing.Columns) -> list[tuple[Any, ...]]:
    bodies = columns.bodies or [None] * len(columns)
    numbers = [None if v != v else v for v in columns.num.tolist()]  # noqa: PLR0124 - only NaN differs from itself
    return list(
        zip(
            [series] * len(columns), columns.at.tolist(), columns.observed.tolist(), columns.recorded.tolist(),
            numbers, bodies, columns.superseded.tolist(), strict=True,
        )
    )  # fmt: skip


def _as_of(series: int, columns: packing.Columns, at: int) -> tuple[Any, ...] | None:
    known = (
        (columns.at <= at)
        & (columns.recorded <= at)
        & ((columns.superseded == 0) | (columns.superseded > at))
    )
    places = np.flatnonzero(known)
    if not len(places):
        return None
    return _rows_of(series, columns.part(slice(int(places[-1]), int(places[-1]) + 1)))[0]
