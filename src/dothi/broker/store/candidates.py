# SPDX-License-Identifier: Apache-2.0
"""Which entities have a past in a window, those deleted since included (CIM 009 5.7.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files
from typing import Any

from dothi.broker.model import Entity
from dothi.broker.store.history import HistoryReader, Series
from dothi.broker.store.reader import Sql, limits
from dothi.broker.store.rows import encode
from dothi.broker.store.window import Window
from dothi.foundation import clock
from dothi.foundation.sql import queries

SQL = queries(files("dothi.broker.store").joinpath("candidates.sql"))
_LONG_AGO = "0001-01-01T00:00:00Z"


class Candidates:
    """Finds entities by what they were, not only by what they are."""

    def __init__(self, record: HistoryReader) -> None:
        self.record = record
        self.state = record.state

    async def _rows(self, text: str, params: Any) -> list[tuple[Any, ...]]:
        async with self.record.pool.connection() as connection:
            rows: list[tuple[Any, ...]] = await (await connection.execute(text.encode(), params)).fetchall()
        return rows

    async def named(self, tenant: str, conditions: Sequence[Sql]) -> list[str]:
        """Ids of entities whose id, types and scopes meet the conditions, in order."""
        number = await self.state.tenant_id(tenant)
        where = " AND ".join(f"({c.text})" for c in conditions) or "TRUE"
        given = (p for c in conditions for p in c.params)
        if self.state.reach is None:
            params = [number, clock.iso(clock.now()), number, *given]
            return sorted(r[0] for r in await self._rows(f"{SQL['named']} {where}", params))
        kinds, names, places = limits(self.state.reach)
        params = [number, kinds, names, places, clock.iso(clock.now()), number, kinds, places, *given]
        return sorted(r[0] for r in await self._rows(f"{SQL['named_seen']} {where}", params))

    async def with_instances(
        self,
        tenant: str,
        ids: Sequence[str],
        window: Window,
        *,
        attrs: Collection[str] | None = None,
        datasets: Collection[str] | None = None,
    ) -> list[tuple[str, bool]]:
        """(id, certain) of those that have instances in the window; not certain where a packed chunk must be read."""
        params = {
            **window.parameters(),
            "tenant": await self.state.tenant_id(tenant),
            "ids": list(ids),
            "by_record": window.by_record,
            "attrs": self.record.names(attrs),
            "datasets": None if datasets is None else list(datasets),
        }
        return [(r[0], r[1]) for r in await self._rows(SQL["with_instances"], params)]

    async def read(self, series: Mapping[str, Sequence[Series]], window: Window) -> set[str]:
        """Those entities of which some series has an instance, by reading."""
        whole = [s for many in series.values() for s in many]
        columns = await self.record.columns(whole, window, 1)
        filled = {number for number, c in columns.items() if len(c)}
        return {entity for entity, many in series.items() if any(s.id in filled for s in many)}

    async def heads(self, tenant: str, ids: Sequence[str]) -> dict[str, Entity]:
        """These entities: as they are now, else as they were when they were deleted, without attributes."""
        living, _ = await self.state.query(tenant, ids=ids, limit=None)
        found = {e.id: e for e in living}
        gone = [i for i in ids if i not in found]
        if gone:
            number = await self.state.tenant_id(tenant)
            for id_, types, scopes in await self._rows(*self._gone(number, gone)):
                found[id_] = Entity(id=id_, types=types, scopes=scopes)
        return found

    def _gone(self, number: int | None, ids: Sequence[str]) -> tuple[str, Any]:
        if self.state.reach is None:
            return SQL["heads"], (number, ids)
        kinds, _, places = limits(self.state.reach)
        return SQL["heads_seen"], (number, kinds, places, ids)

    async def matching(self, entities: Sequence[Entity], condition: Sql) -> set[str]:
        """Ids of those given entities that meet a condition on their attributes."""
        columns = (
            [e.id for e in entities],
            [encode(e.attrs).decode() for e in entities],
            [e.created_at or _LONG_AGO for e in entities],
            [e.modified_at or _LONG_AGO for e in entities],
        )
        return {
            r[0]
            for r in await self._rows(f"{SQL['matching']} {condition.text}", [*columns, *condition.params])
        }
