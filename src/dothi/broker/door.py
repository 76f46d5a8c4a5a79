# SPDX-License-Identifier: Apache-2.0
"""The door of the broker: the async Broker for processes without Django, plain functions for Django rooms."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from dothi.broker.errors import QuotaReached
from dothi.broker.live import sweep
from dothi.broker.model import Entity, Result, Write
from dothi.broker.reach import Reach, reach_of
from dothi.broker.store import grades, keys
from dothi.broker.store.keys import OPERATIONS, Key, Terms, Verifier
from dothi.broker.store.store import Store
from dothi.broker.store.writer import GroupWriter

__all__ = [
    "OPERATIONS",
    "Broker",
    "Key",
    "KeyRow",
    "QuotaReached",
    "Reach",
    "Terms",
    "attributes_there",
    "change_key",
    "create_key",
    "entities_brief",
    "key_days",
    "list_keys",
    "make_key",
    "reach_of",
    "revoke_key",
    "types_there",
]


async def _tune(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
    await connection.execute(b"SET statement_timeout = '5s'")


class Broker:
    """The broker of one process: writes, the store to read from, keys. Open before use, close after."""

    def __init__(self, writer: GroupWriter, store: Store, pool: AsyncConnectionPool[Any]) -> None:
        self.writer = writer
        self.store = store
        self.pool = pool
        self.keys = Verifier(pool)
        self.stop = asyncio.Event()
        self.counting: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        data_path: Path | None = None,
        free_low_mb: int = 0,
        lanes: int = 2,
        readers: int = 4,
    ) -> Broker:
        """Connect as dothi_writer. `data_path`: the folder whose disk decides when writes are refused."""
        pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=readers,
            open=False,
            configure=_tune,
            check=AsyncConnectionPool.check_connection,
        )
        await pool.open(wait=True, timeout=30)
        writer = GroupWriter(url, lanes=lanes, data_path=data_path, free_low_mb=free_low_mb)
        await writer.open()
        store = Store(url, pool)
        await store.open()
        made = cls(writer, store, pool)
        made.counting = asyncio.create_task(made.keys.meter.run(made.stop), name="uses of keys")
        return made

    async def close(self) -> None:
        """Finish the writes that were asked for, then let all connections go."""
        await self.writer.close()
        self.stop.set()
        if self.counting is not None:
            await asyncio.wait([self.counting], timeout=1)
            self.counting.cancel()
        await self.store.close()
        await self.pool.close()

    async def write(self, writes: Sequence[Write]) -> list[Result]:
        """What became of each write; returns after the commit. Raises Busy, StorageFull, WriteRefused."""
        return await self.writer.write(writes)

    async def keep_grades(self, at: datetime) -> int:
        """Grade every series as of `at` and write down which letters changed; how many series. Call each minute."""
        return await grades.keep(self.pool, await sweep.grades(self.store, at), at)

    async def entity(self, tenant: str, id_: str) -> Entity | None:
        """The entity as it is now."""
        return await self.store.state.entity(tenant, id_)


def make_key(
    cursor: Any, *, tenant: str = "", terms: Terms, source: str | None = None, number: str = ""
) -> str | None:
    """Make a key with the caller's cursor and transaction; the token is returned once and never kept.

    `number`: the id that it gets, for a caller that may come twice; None when there is a key of this id already.
    """
    return keys.insert(cursor, tenant=tenant, terms=terms, source=source, number=number)


def create_key(
    cursor: Any, *, tenant: str = "", operations: Sequence[str], note: str = "", source: str | None = None
) -> str:
    """Make a key without limits, as `make_key` does."""
    token = make_key(
        cursor, tenant=tenant, terms=Terms(operations=list(operations), note=note), source=source
    )
    assert token is not None
    return token


def change_key(cursor: Any, *, key_id: str, terms: Terms) -> bool:
    """Give a key other terms, which count within five seconds; False when there is none that works."""
    cursor.execute(keys.SQL["change"].decode(), (*terms.row(), key_id))
    return bool(cursor.rowcount)


def revoke_key(cursor: Any, *, key_id: str) -> None:
    """The key stops working within five seconds."""
    cursor.execute(keys.SQL["revoke"].decode(), (key_id,))


class KeyRow(msgspec.Struct, frozen=True):
    """A key as a person sees it. Times are datetimes or None; `requests`, `refusals`: of today."""

    id: str
    tenant: str
    operations: list[str]
    source: str | None
    note: str
    created_at: Any
    last_used: Any
    revoked_at: Any
    owner: str = ""
    types: list[str] | None = None
    attrs: list[str] | None = None
    scopes: list[str] | None = None
    expires_at: Any = None
    per_minute: int | None = None
    per_day: int | None = None
    addresses: list[str] | None = None
    requests: int = 0
    refusals: int = 0

    @property
    def terms(self) -> Terms:
        """What it may do, as `change_key` takes it."""
        return Terms(**{name: getattr(self, name) for name in Terms.__struct_fields__})


def list_keys(cursor: Any, *, key_id: str | None = None) -> list[KeyRow]:
    """All keys that the cursor's role may see, oldest first; or the one of this id."""
    cursor.execute(keys.SQL["list"].decode(), (key_id, key_id))
    return [KeyRow(*row) for row in cursor.fetchall()]


def key_days(cursor: Any, *, key_id: str, most: int = 30) -> list[tuple[date, int, int]]:
    """(day, requests, refusals) of the days on which a key was used, newest first."""
    cursor.execute(keys.SQL["days"].decode(), (key_id, most))
    return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


def types_there(cursor: Any) -> list[str]:
    """Types (IRIs) of the tenant that `SET LOCAL dothi.tenant` names."""
    cursor.execute(keys.SQL["types_there"].decode())
    return [row[0] for row in cursor.fetchall()]


def attributes_there(cursor: Any) -> list[str]:
    """Attributes (IRIs) that entities of that tenant have or had."""
    cursor.execute(keys.SQL["attrs_there"].decode())
    return [row[0] for row in cursor.fetchall()]


class Brief(msgspec.Struct, frozen=True):
    """An entity for a page: attributes as in model.Entity."""

    id: str
    types: list[str]
    scopes: list[str]
    attrs: dict[str, Any]
    modified_at: str


def entities_brief(cursor: Any, *, types: Sequence[str], limit: int = 1000) -> list[Brief]:
    """Entities of these types (IRIs) in the tenant that `SET LOCAL dothi.tenant` names, in id order."""
    cursor.execute(keys.SQL["brief"].decode(), (list(types), limit))
    found = []
    for id_, names, scopes, attrs, modified in cursor.fetchall():
        content = msgspec.json.decode(attrs) if isinstance(attrs, str) else attrs
        found.append(Brief(id_, names, scopes, content, modified))
    return found
