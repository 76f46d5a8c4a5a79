# SPDX-License-Identifier: Apache-2.0
"""The door of the broker: the async Broker for processes without Django, plain functions for Django rooms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from dothi.broker.model import Entity, Result, Write
from dothi.broker.store import keys
from dothi.broker.store.keys import Key, Verifier
from dothi.broker.store.store import Store
from dothi.broker.store.writer import GroupWriter

__all__ = ["Broker", "Key", "create_key", "entities_brief", "list_keys", "revoke_key"]


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
        return cls(writer, store, pool)

    async def close(self) -> None:
        """Finish the writes that were asked for, then let all connections go."""
        await self.writer.close()
        await self.store.close()
        await self.pool.close()

    async def write(self, writes: Sequence[Write]) -> list[Result]:
        """What became of each write; returns after the commit. Raises Busy, StorageFull, WriteRefused."""
        return await self.writer.write(writes)

    async def entity(self, tenant: str, id_: str) -> Entity | None:
        """The entity as it is now."""
        return await self.store.state.entity(tenant, id_)


def create_key(
    cursor: Any, *, tenant: str = "", operations: Sequence[str], note: str = "", source: str | None = None
) -> str:
    """Make a key with the caller's cursor and transaction; the token is returned once and never kept.

    Operations: read, write, ingest, admin.
    """
    return keys.insert(cursor, tenant=tenant, operations=operations, note=note, source=source)


def revoke_key(cursor: Any, *, key_id: str) -> None:
    """The key stops working within five seconds."""
    cursor.execute(keys.SQL["revoke"].decode(), (key_id,))


class KeyRow(msgspec.Struct, frozen=True):
    """A key as a person sees it. Times are datetimes or None."""

    id: str
    tenant: str
    operations: list[str]
    source: str | None
    note: str
    created_at: Any
    last_used: Any
    revoked_at: Any


def list_keys(cursor: Any) -> list[KeyRow]:
    """All keys that the cursor's role may see, oldest first."""
    cursor.execute(keys.SQL["list"].decode())
    return [KeyRow(*row) for row in cursor.fetchall()]


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
