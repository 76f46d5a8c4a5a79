# SPDX-License-Identifier: Apache-2.0
"""Reading the state: one entity, a query, what types and attributes there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from importlib.resources import files
from typing import Any

import msgspec
from psycopg_pool import AsyncConnectionPool

from dothi.broker.model import Entity
from dothi.broker.reach import Reach
from dothi.broker.store.rows import decode
from dothi.foundation import clock
from dothi.foundation.sql import queries

SQL = queries(files("dothi.broker.store").joinpath("reader.sql"))


class Sql(msgspec.Struct, frozen=True):
    """A piece of SQL over `broker.entity e` with %s placeholders; made by compilers of ours only."""

    text: str
    params: tuple[Any, ...] = ()


_TABLE = Sql(SQL["table"])


def limits(reach: Reach) -> tuple[list[str] | None, list[str] | None, list[str] | None]:
    """Types, attributes and scopes of a reach for the functions of the database."""
    lists = (reach.types, reach.attrs, reach.scopes)
    kinds, names, places = (None if found is None else sorted(found) for found in lists)
    return kinds, names, places


class StateReader:
    """Reads state through a pool of the writer's connections; each statement has a deadline of 5 s.

    `reach`: how far its user may see; every statement then reads `broker.seen_v1` in the place of the table.
    """

    def __init__(self, pool: AsyncConnectionPool[Any], reach: Reach | None = None) -> None:
        self.pool = pool
        self.reach = reach
        self.tenants: dict[str, int] = {}

    def entities(self, number: int | None) -> Sql:
        """What to read entities from."""
        if self.reach is None:
            return _TABLE
        return Sql(SQL["seen"], (number, *limits(self.reach)))

    async def rows(self, text: str, params: Any) -> list[tuple[Any, ...]]:
        """What a query of ours finds."""
        async with self.pool.connection() as connection:
            rows: list[tuple[Any, ...]] = await (await connection.execute(text.encode(), params)).fetchall()
        return rows

    async def tenant_id(self, name: str) -> int | None:
        """The number of a tenant; None when it does not exist (yet)."""
        if name not in self.tenants:
            rows = await self.rows(SQL["tenant"], (name,))
            if not rows:
                return None
            self.tenants[name] = rows[0][0]
        return self.tenants[name]

    async def tenant_made(self, name: str) -> int:
        """The number of a tenant, which begins to exist when it does not yet."""
        await self.rows(SQL["make_tenant"], (name,))
        number = await self.tenant_id(name)
        assert number is not None
        return number

    async def entity(self, tenant: str, id_: str) -> Entity | None:
        """The entity as it is now; None when it does not exist or has expired."""
        number = await self.tenant_id(tenant)
        source = self.entities(number)
        text = f"{SQL['many']} {source.text} WHERE {SQL['one']}"
        rows = await self.rows(text, (*source.params, number, id_, clock.iso(clock.now())))
        return _entity(rows[0]) if rows else None

    async def query(
        self,
        tenant: str,
        *,
        ids: Sequence[str] | None = None,
        id_pattern: str | None = None,
        types: Sequence[str] | None = None,
        attrs: Sequence[str] | None = None,
        bbox: tuple[float, float, float, float] | None = None,
        scope: Sql | None = None,
        condition: Sql | None = None,
        order: Sql | None = None,
        limit: int | None = 20,
        offset: int = 0,
        count: bool = False,
    ) -> tuple[list[Entity], int | None]:
        """A page of the entities that meet every given condition, and their number when `count`.

        `attrs`: at least one of them. `bbox`: (west, south, east, north) that `location` touches. In id order unless
        `order` says otherwise.
        """
        number = await self.tenant_id(tenant)
        parts: list[Sql] = [Sql(SQL["alive"], (number, clock.iso(clock.now())))]
        if ids is not None:
            parts.append(Sql(SQL["with_ids"], (list(ids),)))
        if id_pattern is not None:
            parts.append(Sql(SQL["with_pattern"], (id_pattern,)))
        if self.reach is not None and self.reach.types is not None:
            # Only what the reader may know of an entity's types counts, and an index finds it.
            types = sorted(self.reach.types if types is None else self.reach.types.intersection(types))
        if types is not None:
            parts.append(Sql(SQL["with_types"], (number, list(types))))
        if attrs:
            parts.append(Sql(SQL["with_attrs"], (list(attrs),)))
        if bbox is not None:
            west, south, east, north = bbox
            parts.append(Sql(SQL["with_box"], (east, west, north, south)))
        parts += [Sql(f"({p.text})", p.params) for p in (scope, condition) if p is not None]
        source = self.entities(number)
        where = f"{source.text} WHERE " + " AND ".join(p.text for p in parts)
        params = [*source.params, *(v for p in parts for v in p.params)]
        total = (await self.rows(f"{SQL['count']} {where}", params))[0][0] if count else None
        if limit == 0:
            return [], total
        text = f"{SQL['many']} {where} ORDER BY {order.text if order else 'e.id'} LIMIT %s OFFSET %s"
        rows = await self.rows(text, [*params, *(order.params if order else ()), limit, offset])
        return [_entity(r) for r in rows], total

    async def everything(self) -> AsyncIterator[tuple[str, Entity]]:
        """(tenant, entity) of all there is now."""
        async with (
            self.pool.connection() as connection,
            connection.transaction(),
            connection.cursor("everything") as cursor,
        ):
            await cursor.execute(SQL["everything"].encode(), (clock.iso(clock.now()),))
            async for row in cursor:
                yield row[0], _entity(row[1:])


def _entity(row: Sequence[Any]) -> Entity:
    return Entity(
        id=row[0],
        types=row[1],
        scopes=row[2],
        attrs=decode(row[3]),
        created_at=row[4],
        modified_at=row[5],
        expires_at=row[6],
    )
