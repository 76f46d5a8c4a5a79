# SPDX-License-Identifier: Apache-2.0
"""The whole state as it was known at any instant: which entities there were, in which scopes, with which values."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np
from psycopg import AsyncConnection

from dothi.broker.model import Entity
from dothi.broker.store import packing
from dothi.broker.store.history import HistoryReader, Row, Series, rows_of
from dothi.broker.store.packing import Columns
from dothi.broker.store.rows import DELETED
from dothi.broker.store.window import BEGIN, micros, moment
from dothi.foundation import clock
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("past.sql")).items()}
RECENT = timedelta(days=45)
_CHUNKS_AT_ONCE = 50


class Head(msgspec.Struct, kw_only=True):
    """What an entity was, apart from its attributes. `made`: when it came to be; None: nobody wrote it down."""

    types: list[str]
    scopes: list[str] = []
    gone: bool = False
    made: datetime | None = None


class PastReader:
    """Reads the past of a tenant."""

    def __init__(self, record: HistoryReader) -> None:
        self.record = record
        self.state = record.state

    async def state_at(self, tenant: str, at: datetime) -> list[Entity]:
        """All entities as they were known at `at`: only what was recorded by then, those deleted since included.

        Who sees only a part sees what lies in it both then and now, or at the end of what is gone.
        An entity that is younger than `at` but has a past that was loaded takes what no reading tells (a name, a place)
        from today.
        """
        number = await self.state.tenant_id(tenant)
        async with self.record.view() as connection:
            listed = await (await connection.execute(SQL["series_of_tenant"], (number,))).fetchall()
            series = {r[0]: Series(*r[:5]) for r in listed}
            heads = await _heads(connection, number, at)
            newest = await _newest(connection, list(series), at)
        for row in listed:
            heads.setdefault(row[4], Head(types=row[5]))
        found, told = _entities(series, newest, heads)
        await self._fill(tenant, [i for i in found if _is_younger(heads[i], at)], found, told)
        return await self._seen(tenant, [e for e in found.values() if e.attrs and e.types])

    async def _seen(self, tenant: str, found: list[Entity]) -> list[Entity]:
        reach = self.state.reach
        if reach is None:
            return found
        now = set(await self.record.reached(tenant, [e.id for e in found]))
        kept = [reach.part(e.types, e.scopes, e.attrs) for e in found]
        return [
            msgspec.structs.replace(e, types=part[0], scopes=part[1], attrs=part[2])
            for e, part in zip(found, kept, strict=True)
            if e.id in now and part is not None
        ]

    async def _fill(
        self, tenant: str, ids: Sequence[str], found: dict[str, Entity], told: set[tuple[str, str]]
    ) -> None:
        if not ids:
            return
        entities, _ = await self.state.query(tenant, ids=ids, limit=None)
        for now in entities:
            for attr, instances in now.attrs.items():
                if (now.id, attr) not in told and all("observedAt" not in i for i in instances.values()):
                    found[now.id].attrs[attr] = instances


def _is_younger(head: Head, at: datetime) -> bool:
    return head.made is None or head.made > at


async def _heads(connection: AsyncConnection[Any], tenant: int | None, at: datetime) -> dict[str, Head]:
    """What each entity was at `at`; for one that did not exist yet, what it was first."""
    found: dict[str, Head] = {}
    cursor = await connection.execute(SQL["heads"], (at, tenant))
    for id_, types, scopes, gone, known, made in await cursor.fetchall():
        if id_ not in found:
            found[id_] = Head(types=types, scopes=scopes, gone=gone and known, made=made)
        elif known:
            found[id_] = Head(types=types, scopes=scopes, gone=gone, made=found[id_].made)
    return found


async def _newest(connection: AsyncConnection[Any], ids: list[int], at: datetime) -> dict[int, Columns]:
    """The newest row of each series that was known at `at`, as columns of one row."""
    newest: dict[int, Columns] = {}
    for row in await _open(connection, ids, at, at - RECENT):
        newest[row[0]] = packing.columns_of([row[1:]])
    undecided, passed = ids, 0
    while undecided:
        blobs = await (await connection.execute(SQL["chunks_as_of"], (undecided, at, at, passed))).fetchall()
        undecided, passed = [], passed + 1
        for count, (one, blob) in enumerate(blobs):
            known = _as_of(packing.unpack(blob), micros(at))
            if known is None:
                undecided.append(one)
            elif one not in newest or known.at[0] > newest[one].at[0]:
                newest[one] = known
            if count % _CHUNKS_AT_ONCE == 0:
                await asyncio.sleep(0)
    rest = [i for i in ids if i not in newest]
    for row in await _open(connection, rest, at, moment(BEGIN)):
        newest[row[0]] = packing.columns_of([row[1:]])
    return newest


async def _open(
    connection: AsyncConnection[Any], ids: list[int], at: datetime, since: datetime
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(SQL["open_as_of"], (ids, at, since, at, at))
    rows: list[tuple[Any, ...]] = await cursor.fetchall()
    return rows


def _as_of(columns: Columns, at: int) -> Columns | None:
    known = (
        (columns.at <= at)
        & (columns.recorded <= at)
        & ((columns.superseded == 0) | (columns.superseded > at))
    )
    places = np.flatnonzero(known)
    return columns.part(slice(int(places[-1]), int(places[-1]) + 1)) if len(places) else None


def _entities(
    series: dict[int, Series], newest: dict[int, Columns], heads: dict[str, Head]
) -> tuple[dict[str, Entity], set[tuple[str, str]]]:
    """(entities by id, the (entity, attribute) pairs of which anything was known, a deletion too)."""
    found: dict[str, Entity] = {}
    told: set[tuple[str, str]] = set()
    for number, columns in newest.items():
        one = series[number]
        head = heads[one.entity]
        if head.gone:
            continue
        [row] = rows_of(one, columns)
        told.add((one.entity, one.attr))
        then = found.setdefault(one.entity, Entity(id=one.entity, types=head.types, scopes=head.scopes))
        _take(then, one, row)
    return found, told


def _take(then: Entity, series: Series, row: Row) -> None:
    recorded = clock.iso(moment(row.recorded))
    then.created_at = min(then.created_at or recorded, recorded)
    then.modified_at = max(then.modified_at, recorded)
    if DELETED in row.instance:
        return
    instance = row.full()
    del instance["instanceId"]
    then.attrs.setdefault(series.attr, {})[series.dataset] = instance
