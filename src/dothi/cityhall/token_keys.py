# SPDX-License-Identifier: Apache-2.0
"""The public keys of our own OpenID provider, as broker processes see them: read as dothi_writer, kept for seconds."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from importlib.resources import files
from typing import Any

import jwt
import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from psycopg_pool import AsyncConnectionPool

from dothi.foundation import clock, log
from dothi.foundation.sql import queries

_SQL = queries(files("dothi.cityhall").joinpath("token_keys.sql"))
KEPT = 5.0
"""Seconds until keys are read anew: one that was withdrawn at once opens nothing after that."""
ASKED = 1.0
"""Seconds between two look-ups for names that are not known, however many are shown."""
_log = log.get(__name__)


class TokenKeys:
    """Finds keys by their names for one process."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self.pool = pool
        self.known: dict[str, tuple[EllipticCurvePublicKey, datetime | None]] = {}
        self.read_at = float("-inf")
        self.one_at_a_time = asyncio.Lock()

    async def find(self, kid: str) -> EllipticCurvePublicKey | None:
        """The public key of this name, while tokens signed with it may be good."""
        if self._is_due(kid):
            async with self.one_at_a_time:
                if self._is_due(kid):
                    await self._read()
        key, until = self.known.get(kid, (None, None))
        return key if until is None or until > clock.now() else None

    def _is_due(self, kid: str) -> bool:
        return time.monotonic() - self.read_at >= (KEPT if kid in self.known else ASKED)

    async def _read(self) -> None:
        try:
            async with self.pool.connection() as connection:
                rows = await (await connection.execute(_SQL["keys"])).fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as error:
            _log.warning("tokens.no_keys", reason=str(error).splitlines()[0])
            rows = []
        self.known = {kid: (key, until) for kid, public, until in rows if (key := _key_of(public))}
        self.read_at = time.monotonic()


def _key_of(public: dict[str, Any]) -> EllipticCurvePublicKey | None:
    key = jwt.PyJWK(public, "ES256").key
    return key if isinstance(key, EllipticCurvePublicKey) else None
