# SPDX-License-Identifier: Apache-2.0
"""Who asks a broker process: a machine by its key, or a browser by the ticket that Django signed."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any

from dothi.broker.door import Broker, Key
from dothi.foundation import ticket

Scope = MutableMapping[str, Any]


def _header(scope: Scope, name: bytes) -> str:
    for found, value in scope["headers"]:
        if found == name:
            return str(value.decode("latin-1"))
    return ""


class Callers:
    """Answers for one process; a cookie never gives more than the right to read."""

    def __init__(self, broker: Broker, secret_key: str) -> None:
        self._broker = broker
        self._secret_key = secret_key

    async def principal(self, scope: Scope) -> Key | None:
        """The key or ticket of a request; None: nobody we know. A wrong key is not helped by a cookie."""
        kind, _, token = _header(scope, b"authorization").partition(" ")
        if kind.lower() == "bearer" and token:
            return await self._broker.keys.verify(token.strip())
        shown = ticket.from_cookie_header(_header(scope, b"cookie"))
        claims = ticket.verify(self._secret_key, shown, now=time.time()) if shown else None
        if claims is None or "read" not in claims.ops:
            return None
        return Key(id=f"ticket:{claims.sub}", tenant=claims.tenant, operations=frozenset({"read"}))

    async def reader(self, scope: Scope) -> str | None:
        """The tenant whose figures the request may read."""
        found = await self.principal(scope)
        return found.tenant if found and "read" in found.operations else None
