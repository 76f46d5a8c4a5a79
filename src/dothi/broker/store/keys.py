# SPDX-License-Identifier: Apache-2.0
"""Keys of machines: `dothi_<id>_<secret>`, kept as a hash only; identity and sources write them through the door."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import msgspec
from psycopg_pool import AsyncConnectionPool

from dothi.broker.reach import Reach, reach_of
from dothi.broker.store.meter import Meter
from dothi.foundation import clock
from dothi.foundation.errors import NotAllowed
from dothi.foundation.sql import queries

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("keys.sql")).items()}
REMEMBER = 5.0
"""Seconds until a revoked key stops working everywhere."""


OPERATIONS = ("read", "write", "ingest")


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key that is valid now. `source`: the source slug that an ingest key belongs to.

    `ends`: epoch seconds. `networks`: where it may be used from; empty: anywhere.
    """

    id: str
    tenant: str
    operations: frozenset[str]
    source: str | None = None
    reach: Reach | None = None
    ends: float | None = None
    per_minute: int | None = None
    per_day: int | None = None
    networks: tuple[Network, ...] = ()


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a key may do, for whom and why. `owner`: an account, a service account or an organisation; None: no limit."""

    operations: list[str]
    note: str = ""
    owner: str = ""
    types: list[str] | None = None
    attrs: list[str] | None = None
    scopes: list[str] | None = None
    expires_at: datetime | None = None
    per_minute: int | None = None
    per_day: int | None = None
    addresses: list[str] | None = None

    def row(self) -> tuple[Any, ...]:
        return (
            self.operations, self.note, self.owner, self.types, self.attrs, self.scopes, self.expires_at,
            self.per_minute, self.per_day, self.addresses,
        )  # fmt: skip


def make_token(number: str = "") -> tuple[str, str, bytes]:
    """(key id, token, hash). The token is shown once and never kept."""
    number, secret = number or secrets.token_hex(6), secrets.token_urlsafe(32)
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
        self.meter = Meter(pool)

    async def verify(self, token: str) -> Key | None:
        """The key of this token; None when there is none, or it was revoked or has ended."""
        remembered = self.known.get(token)
        if remembered and remembered[0] > time.monotonic():
            return _lasting(remembered[1])
        parts = split(token)
        key = await self._find(*parts) if parts else None
        if len(self.known) > 10_000:
            self.known.clear()
        self.known[token] = (time.monotonic() + REMEMBER, key)
        return _lasting(key)

    def admit(self, key: Key, address: str = "") -> None:
        """Count one request of a key; NotAllowed from a wrong address, QuotaReached when it has asked too often."""
        if key.networks and not is_within(address, key.networks):
            self.meter.refuse(key)
            raise NotAllowed("broker.key.address")
        self.meter.admit(key)

    async def _find(self, number: str, secret: str) -> Key | None:
        async with self.pool.connection() as connection:
            row = await (await connection.execute(SQL["find"], (number,))).fetchone()
        if row is None or not hmac.compare_digest(bytes(row[0]), digest(secret)):
            return None
        return Key(
            id=number,
            tenant=row[1],
            operations=frozenset(row[2]),
            source=row[3],
            reach=reach_of(row[4], row[5], row[6]),
            ends=row[7],
            per_minute=row[8],
            per_day=row[9],
            networks=tuple(ipaddress.ip_network(text) for text in row[10] or ()),
        )


def _lasting(key: Key | None) -> Key | None:
    if key is None or key.ends is None or key.ends > clock.now().timestamp():
        return key
    return None


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address lies in one of these networks; an IPv4 address in IPv6 clothes counts as itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain.version == network.version and plain in network for network in networks)


def insert(
    cursor: Any, *, tenant: str, terms: Terms, source: str | None = None, number: str = ""
) -> str | None:
    """Keep a new key with the caller's cursor; returns the token, or None when there is a key of this number."""
    number, token, hashed = make_token(number)
    operations, note, owner, *limits = terms.row()
    row = (number, hashed, tenant, operations, source, note, owner, *limits)
    cursor.execute(SQL["insert"].decode(), row)
    return token if cursor.rowcount else None
