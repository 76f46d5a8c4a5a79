# SPDX-License-Identifier: Apache-2.0
"""Keys of machines: `dothi_<id>_<secret>`, kept as a hash only; identity and sources write them through the door."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import msgspec
from psycopg_pool import AsyncConnectionPool

from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("keys.sql")).items()}
REMEMBER = 5.0
"""Seconds until a revoked key stops working everywhere."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key that is valid now. `source`: the source slug that an ingest key belongs to."""

    id: str
    tenant: str
    operations: frozenset[str]
    source: str | None = None


def make_token() -> tuple[str, str, bytes]:
    """(key id, token, hash). The token is shown once and never kept."""
    number, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return number, f"dothi_{number}_{secret}", digest(secret)


def digest(secret: str) -> bytes:
    """A plain hash is enough: the secret has 256 bits of chance."""
    return hashlib.sha256(secret.encode()).digest()


def split(token: str) -> tuple[str, str] | None:
    """(key id, secret) of a token; None when it has not the shape of one."""
    parts = token.split("_", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "dothi" else None


class Verifier:
    """Checks tokens for one process, remembering answers for five seconds."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self.pool = pool
        self.known: dict[str, tuple[float, Key | None]] = {}
        self.used: set[str] = set()

    async def verify(self, token: str) -> Key | None:
        """The key of this token; None when there is none, or it was revoked."""
        remembered = self.known.get(token)
        if remembered and remembered[0] > time.monotonic():
            return remembered[1]
        parts = split(token)
        key = await self._find(*parts) if parts else None
        if len(self.known) > 10_000:
            self.known.clear()
        self.known[token] = (time.monotonic() + REMEMBER, key)
        if key:
            self.used.add(key.id)
        return key

    async def _find(self, number: str, secret: str) -> Key | None:
        async with self.pool.connection() as connection:
            row = await (await connection.execute(SQL["find"], (number,))).fetchone()
        if row is None or not hmac.compare_digest(bytes(row[0]), digest(secret)):
            return None
        return Key(id=number, tenant=row[1], operations=frozenset(row[2]), source=row[3])

    async def note_use(self) -> None:
        """Write down which keys were used since the last call."""
        used, self.used = self.used, set()
        if used:
            async with self.pool.connection() as connection:
                await connection.execute(SQL["used"], (sorted(used),))


def insert(cursor: Any, *, tenant: str, operations: Sequence[str], note: str, source: str | None) -> str:
    """Keep a new key with the caller's cursor; returns the token."""
    number, token, hashed = make_token()
    cursor.execute(SQL["insert"].decode(), (number, hashed, tenant, list(operations), source, note))
    return token
