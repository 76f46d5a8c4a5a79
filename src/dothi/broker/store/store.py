# SPDX-License-Identifier: Apache-2.0
"""Everything that can be read from the store, in one place: state, history, changes, and what screens need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg_pool import AsyncConnectionPool

from dothi.broker.grading import FOUND
from dothi.broker.model import BulkSeries, Change, Entity
from dothi.broker.reach import Reach
from dothi.broker.store import bulk, grades
from dothi.broker.store.candidates import Candidates
from dothi.broker.store.changes import ChangeLog
from dothi.broker.store.history import HistoryReader, term
from dothi.broker.store.past import PastReader
from dothi.broker.store.points import Point, points
from dothi.broker.store.reader import StateReader
from dothi.broker.store.vocabulary import Vocabulary
from dothi.broker.store.window import Window, micros, moment

_OF_AN_INSTANT = 100_000
PARTS_KEPT = 500
"""Reaches that are remembered, each with its list of types and attributes."""


class Reading(msgspec.Struct, kw_only=True, frozen=True):
    """One kept instance for a table. `id`: its place in time, for paging; `attr`: short term; `recorded`: when stored.

    `found`: what the tests found, as `grading` keeps it; None: nothing.
    """

    id: int
    attr: str
    value: Any
    unit: str = ""
    observed: datetime | None = None
    recorded: datetime
    superseded: datetime | None = None
    found: Any = None


class Store:
    """Reading for one process. `log` is the change log; the rest are short ways to the readers."""

    def __init__(
        self,
        url: str,
        pool: AsyncConnectionPool[Any],
        reach: Reach | None = None,
        log: ChangeLog | None = None,
    ) -> None:
        self.url = url
        self.pool = pool
        self.parts: dict[Reach, Store] = {}
        self.state = StateReader(pool, reach)
        self.record = HistoryReader(pool, self.state)
        self.log = log or ChangeLog(url, pool)
        self.query = self.state.query
        self.vocabulary = Vocabulary(self.state)
        self.history = self.record.instances
        self.newest = self.record.newest
        self.past = PastReader(self.record)
        self.candidates = Candidates(self.record)
        self.state_at = self.past.state_at
        self.head = self.log.head
        self.tail = self.log.tail
        self.wait = self.log.wait
        self.keep_cursor = self.log.keep_cursor

    def within(self, reach: Reach | None) -> Store:
        """What one may read of it who reaches so far; the whole when there is no limit.

        The change log knows no reach: what is read from it is judged by whoever tells it.
        """
        if reach is None:
            return self
        found = self.parts.get(reach)
        if found is None:
            if len(self.parts) >= PARTS_KEPT:
                self.parts.clear()
            found = self.parts[reach] = Store(self.url, self.pool, reach, self.log)
        return found

    async def open(self) -> None:
        await self.log.open()

    async def close(self) -> None:
        await self.log.close()

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """Changes of all tenants with seq > `after`, in order."""
        return await self.log.read_after(after, limit)

    async def all_entities(self) -> AsyncIterator[tuple[str, Entity]]:
        """(tenant, entity) of everything there is now."""
        return self.state.everything()

    async def bulk_history(self, tenant: str, listed: Sequence[BulkSeries], *, key: str) -> bool:
        """Numbers of the past as packed chunks, without changes; False when (tenant, key) was there already."""
        return await bulk.bulk_history(self.pool, await self.state.tenant_made(tenant), listed, key=key)

    async def erase(self, tenant: str, ids: Sequence[str] = (), *, prefix: str = "") -> int:
        """Remove entities without trace, by id or by prefix of the id; how many there were."""
        number = await self.state.tenant_id(tenant)
        return 0 if number is None else await bulk.erase(self.pool, number, tenant, ids, prefix=prefix)

    async def grades_of(self, series: grades.Series, until: datetime) -> list[grades.Change]:
        """How the grade of a series changed up to an instant, newest first."""
        return await grades.history(self.pool, series, until)

    async def grades_fallen(self, after: int) -> list[grades.Change]:
        """Grades that fell, with an id over `after`, oldest first; a follower keeps its cursor in the change log's table."""
        return await grades.drops(self.pool, after)

    async def points(
        self,
        tenant: str,
        entity: str,
        attr: str,
        start: datetime,
        end: datetime,
        most: int,
        known: datetime | None = None,
    ) -> tuple[str, bool, list[Point]]:
        """(unit code, raw, points) of an attribute for a chart, as known now or at `known`."""
        return await points(self.record, tenant, entity, attr, start, end, most, known)

    async def readings(
        self,
        tenant: str,
        entity: str,
        start: datetime,
        end: datetime,
        before: int | None,
        limit: int,
        known: datetime | None = None,
    ) -> Sequence[Reading]:
        """Kept readings, newest first; `before`: the id of the last one seen. Rows of one instant stay together.

        `known`: those that stood at that instant; else all, superseded ones too.
        """
        series = await self.record.series(tenant, entity)
        window = Window(
            start=micros(start),
            end=min(micros(end), before) if before is not None else micros(end) + 1,
            known=None if known is None else micros(known),
            every=known is None,
        )
        rows = await self.record.rows(series, window, limit + 1)
        if len(rows) > limit:
            last = rows[limit - 1].at
            rows = [r for r in rows if r.at >= last]
        if len(rows) > limit:
            # Ties: a series may have more of the last instant than it was asked for.
            instant = msgspec.structs.replace(window, start=last, end=last + 1)
            rows = [r for r in rows if r.at > last]
            rows += await self.record.rows(series, instant, _OF_AN_INSTANT)
        return [
            Reading(
                id=r.at,
                attr=term(r.series.attr),
                value=_value(r.instance),
                unit=r.instance.get("unitCode") or "",
                observed=moment(r.at) if r.observed else None,
                recorded=moment(r.recorded),
                superseded=moment(r.superseded) if r.superseded and known is None else None,
                found=r.instance.get(FOUND),
            )
            for r in rows
        ]


def _value(instance: dict[str, Any]) -> Any:
    for member in ("value", "object", "languageMap", "vocab", "json", "valueList", "objectList"):
        if member in instance:
            return instance[member]
    return None
