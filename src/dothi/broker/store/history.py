# SPDX-License-Identifier: Apache-2.0
"""Reading the record: instances and series of numbers of any stretch of time.

Open rows and packed chunks are read alike, in one view of the store: a row that is packed or laid open meanwhile is
neither missed nor read twice. What does not count is left out before anything is counted, so a limit is exact.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

import msgspec
import numpy as np
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from dothi.broker.errors import TooMuchAsked
from dothi.broker.model import Instance
from dothi.broker.store import packing
from dothi.broker.store.packing import Columns
from dothi.broker.store.reader import StateReader, limits
from dothi.broker.store.rows import DELETED, unpack
from dothi.broker.store.window import Window, micros, moment
from dothi.foundation import clock
from dothi.foundation.sql import queries

SQL = queries(files("dothi.broker.store").joinpath("history.sql"))
NULL = "urn:ngsi-ld:null"
ROWS_AT_MOST = 1_000_000
"""Rows that one request may read."""
_CHUNKS_AT_ONCE = 16
_ROWS_AT_ONCE = 5_000
_ORDERS = {
    (False, False): "r.at, r.recorded_at",
    (False, True): "r.at DESC, r.recorded_at DESC",
    (True, False): "r.recorded_at, r.at",
    (True, True): "r.recorded_at DESC, r.at DESC",
}
By = Literal["observedAt", "createdAt", "modifiedAt", "deletedAt"]


class Series(msgspec.Struct, frozen=True):
    """One attribute with one datasetId of one entity; `unit`: the usual unit code of its numbers."""

    id: int
    attr: str
    dataset: str
    unit: str | None
    entity: str = ""


class Row(msgspec.Struct, kw_only=True):
    """One kept instance. Times in microseconds since 1970; `superseded` 0 while it stands."""

    series: Series
    at: int
    observed: bool
    recorded: int
    superseded: int
    instance: Instance

    def full(self) -> Instance:
        """The instance with its times and its instanceId (CIM 009 4.5.5); a deletion as 4.5.7 has it."""
        recorded = clock.iso(moment(self.recorded))
        found = {**self.instance, "createdAt": recorded, "modifiedAt": recorded}
        found["instanceId"] = f"urn:ngsi-ld:Instance:{self.series.id}-{self.at}-{self.recorded}"
        if self.observed:
            found["observedAt"] = clock.iso(moment(self.at))
        if self.series.dataset:
            found["datasetId"] = self.series.dataset
        if DELETED in found:
            found |= {"value": NULL, "deletedAt": recorded}
        return found


def rows_of(series: Series, columns: Columns) -> list[Row]:
    """The rows of some columns as instances."""
    bodies = columns.bodies if columns.bodies is not None else [None] * len(columns)
    numbers = [None if v != v else v for v in columns.num.tolist()]  # noqa: PLR0124 - only NaN differs from itself
    values = zip(
        columns.at.tolist(), columns.observed.tolist(), columns.recorded.tolist(), columns.superseded.tolist(),
        numbers, bodies, strict=True,
    )  # fmt: skip
    return [
        Row(
            series=series,
            at=at,
            observed=o,
            recorded=r,
            superseded=s,
            instance=unpack(num, body, series.unit),
        )
        for at, o, r, s, num, body in values
    ]


def merged(series: Sequence[Series], columns: Mapping[int, Columns], window: Window) -> list[Row]:
    """The rows of several series together, in the order of the window."""
    rows = [row for one in series if one.id in columns for row in rows_of(one, columns[one.id])]
    if window.by_record:
        rows.sort(key=lambda r: (r.recorded, r.at), reverse=window.backwards)
    else:
        rows.sort(key=lambda r: (r.at, r.recorded), reverse=window.backwards)
    return rows


def term(iri: str) -> str:
    """The last part of an IRI."""
    return iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]


class HistoryReader:
    """Reads the record for one process."""

    def __init__(self, pool: AsyncConnectionPool[Any], state: StateReader) -> None:
        self.pool = pool
        self.state = state

    def names(self, attrs: Collection[str] | None) -> list[str] | None:
        """Of the attributes wanted, those that the reader may see; None: all there are."""
        if self.state.reach is not None:
            return self.state.reach.names(attrs)
        return None if attrs is None else list(attrs)

    async def reached(self, tenant: str, entities: Sequence[str]) -> list[str]:
        """Of these entities, those that the reader may see now, or might at their end."""
        if self.state.reach is None:
            return list(entities)
        number = await self.state.tenant_id(tenant)
        kinds, names, places = limits(self.state.reach)
        ids = list(entities)
        params = (number, kinds, names, places, ids, number, kinds, places, ids)
        return [r[0] for r in await self.state.rows(SQL["reached"], params)]

    @asynccontextmanager
    async def view(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A connection that sees one state of the store to the end."""
        async with self.pool.connection() as connection, connection.transaction():
            await connection.execute(SQL["one_view"].encode())
            yield connection

    async def series(self, tenant: str, entity: str, attrs: Sequence[str] | None = None) -> list[Series]:
        """The series of an entity, deleted ones too. `attrs`: IRIs."""
        number = await self.state.tenant_id(tenant)
        names = self.names(attrs)
        if not await self.reached(tenant, [entity]):
            return []
        async with self.pool.connection() as connection:
            found = await connection.execute(SQL["series_of"].encode(), (number, entity, names, names))
            return [Series(*r) for r in await found.fetchall()]

    async def series_of_all(
        self, tenant: str, entities: Sequence[str], attrs: Sequence[str] | None
    ) -> dict[str, list[Series]]:
        """The series of each of these entities."""
        number = await self.state.tenant_id(tenant)
        names = self.names(attrs)
        ids = await self.reached(tenant, entities)
        found: dict[str, list[Series]] = {}
        async with self.pool.connection() as connection:
            rows = await connection.execute(SQL["series_of_all"].encode(), (number, ids, names, names))
            for row in await rows.fetchall():
                found.setdefault(row[4], []).append(Series(*row))
        return found

    async def columns(self, series: Sequence[Series], window: Window, limit: int) -> dict[int, Columns]:
        """At most `limit` rows of each series, in the order of the window, by the id of the series."""
        async with self.view() as connection:
            return await _columns(connection, [s.id for s in series], window, limit)

    async def everything(self, series: Sequence[Series], window: Window) -> dict[int, Columns]:
        """All rows of some series in a window; TooMuchAsked when there are more than one request may read."""
        found: dict[int, Columns] = {}
        left = ROWS_AT_MOST
        async with self.view() as connection:
            for one in series:
                part = await _columns(connection, [one.id], window, left + 1)
                left -= sum(map(len, part.values()))
                if left < 0:
                    raise TooMuchAsked("broker.too_many_rows", most=ROWS_AT_MOST)
                found |= part
        return found

    async def rows(self, series: Sequence[Series], window: Window, limit: int) -> list[Row]:
        """At most `limit` rows of each series, together in the order of the window."""
        return merged(series, await self.columns(series, window, limit), window)

    async def instances(
        self,
        tenant: str,
        entity: str,
        *,
        attrs: Sequence[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        by: By = "observedAt",
        limit: int = 1000,
        backwards: bool = True,
    ) -> dict[str, list[Instance]]:
        """Instances that stand, by attribute IRI: the newest `limit` of each, or the oldest unless `backwards`."""
        window = window_of(start, end, by, backwards=backwards)
        return _by_attribute(await self.rows(await self.series(tenant, entity, attrs), window, limit), limit)

    async def named(self, tenant: str, entity: str, attr: str) -> list[Series]:
        """The series of one attribute, by its IRI or the last part of it."""
        return [s for s in await self.series(tenant, entity) if attr in {s.attr, term(s.attr)}]

    async def newest(
        self, tenant: str, entity: str, attr: str, known: datetime | None = None
    ) -> datetime | None:
        """When the newest reading of an attribute was observed; None when it has none."""
        window = Window(known=None if known is None else micros(known))
        found = await self.rows(await self.named(tenant, entity, attr), window, 1)
        return moment(found[0].at) if found else None


def window_of(start: str | None, end: str | None, by: By, *, backwards: bool) -> Window:
    """The window of a temporal query: what lacks the time that is asked for does not match (CIM 009 4.11)."""
    whole = Window()
    return Window(
        start=whole.start if start is None else micros(start),
        end=whole.end if end is None else micros(end),
        by_record=by != "observedAt",
        observed=by == "observedAt" and (start is not None or end is not None),
        marks=by == "deletedAt",
        backwards=backwards,
    )


def _by_attribute(rows: Sequence[Row], limit: int) -> dict[str, list[Instance]]:
    found: dict[str, list[Instance]] = {}
    for row in rows:
        kept = found.setdefault(row.series.attr, [])
        if len(kept) < limit:
            kept.append(row.full())
    return found


async def _columns(
    connection: AsyncConnection[Any], ids: list[int], window: Window, limit: int
) -> dict[int, Columns]:
    parts = {i: [c] for i, c in (await _open(connection, ids, window, limit)).items()}
    for one in await _with_chunks(connection, ids, window):
        parts.setdefault(one, []).extend(await _packed(connection, one, window, limit))
    return {i: window.first(packing.joined(listed), limit) for i, listed in parts.items()}


async def _open(
    connection: AsyncConnection[Any], ids: list[int], window: Window, limit: int
) -> dict[int, Columns]:
    text = SQL["open_rows"].replace("{order}", _ORDERS[window.by_record, window.backwards])
    cursor = await connection.execute(text.encode(), {"series": ids, "limit": limit, **window.parameters()})
    listed: dict[int, list[tuple[Any, ...]]] = {}
    while rows := await cursor.fetchmany(_ROWS_AT_ONCE):
        for row in rows:
            listed.setdefault(row[0], []).append(row[1:])
        await asyncio.sleep(0)
    return {one: packing.columns_of(rows) for one, rows in listed.items()}


async def _with_chunks(connection: AsyncConnection[Any], ids: list[int], window: Window) -> list[int]:
    params = {"series": ids, **window.parameters()}
    return [r[0] for r in await (await connection.execute(SQL["packed_series"].encode(), params)).fetchall()]


async def chunks(
    connection: AsyncConnection[Any], ids: list[int], window: Window
) -> AsyncIterator[tuple[Columns, int]]:
    """(rows inside the window, the edge that comes next) of each chunk, in the window's order of time."""
    text = SQL["chunks_backwards" if window.backwards else "chunks_forwards"].encode()
    params = {"series": ids, "most": _CHUNKS_AT_ONCE, **window.parameters()}
    passed = 0
    while True:
        found = await (await connection.execute(text, {**params, "passed": passed})).fetchall()
        for blob, edge in found:
            yield window.part(packing.unpack(blob)), edge
        passed += len(found)
        if len(found) < _CHUNKS_AT_ONCE:
            return


async def _packed(connection: AsyncConnection[Any], series: int, window: Window, limit: int) -> list[Columns]:
    """The rows of the chunks of a series; no more chunks than `limit` rows need."""
    found: list[Columns] = []
    count = 0
    async for columns, edge in chunks(connection, [series], window):
        if count >= limit and not window.by_record and _is_beyond(edge, found, window, limit):
            break
        found.append(columns)
        count += len(columns)
        # A long search keeps only what can still be wanted.
        if count > 2 * limit + packing.ROWS_A_CHUNK:
            found = [window.first(packing.joined(found), limit)]
            count = len(found[0])
    return found


def _is_beyond(edge: int, found: list[Columns], window: Window, limit: int) -> bool:
    """Whether a chunk that begins at `edge`, and so every later one, has no row among the first `limit`."""
    times = np.concatenate([c.at for c in found])
    if window.backwards:
        return bool(edge <= np.partition(times, len(times) - limit)[len(times) - limit])
    return bool(edge >= np.partition(times, limit - 1)[limit - 1])
