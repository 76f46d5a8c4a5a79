# SPDX-License-Identifier: Apache-2.0
"""Who asks a broker process: a machine by its key or access token, or a browser by the ticket that Django signed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from dothi.broker.door import Broker, Key, reach_of
from dothi.foundation import clock, ticket

Scope = MutableMapping[str, Any]
VerifyJwt = Callable[[str], Awaitable[Key | None]]
"""The key that an access token of our OpenID provider (RFC 9068) stands for; None when it is not good."""


def _header(scope: Scope, name: bytes) -> str:
    for found, value in scope["headers"]:
        if found == name:
            return str(value.decode("latin-1"))
    return ""


def address_of(scope: Scope) -> str:
    """Where a request came from. What the front door says counts on its own socket only, where nobody else is."""
    client = scope.get("client")
    if client and client[0]:
        return str(client[0])
    return _header(scope, b"x-forwarded-for").rpartition(",")[2].strip()


def bearer(scope: Scope) -> str:
    """The token of an Authorization header; empty when there is none."""
    kind, _, token = _header(scope, b"authorization").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


class Callers:
    """Answers for one process; a cookie never gives more than the right to read."""

    def __init__(self, broker: Broker, secret_key: str, verify_jwt: VerifyJwt | None = None) -> None:
        self._broker = broker
        self._secret_key = secret_key
        self._verify_jwt = verify_jwt

    async def key(self, token: str) -> Key | None:
        """The key of a token of either kind; a wrong one is not tried as the other."""
        if not token.startswith("dothi_") and token.count(".") == 2:
            return await self._verify_jwt(token) if self._verify_jwt is not None else None
        return await self._broker.keys.verify(token)

    async def principal(self, scope: Scope, *, counts: bool = True) -> Key | None:
        """The key or ticket of a request; None: nobody we know. A wrong key is not helped by a cookie.

        NotAllowed and QuotaReached, unless it does not count as a request.
        """
        token = bearer(scope)
        if token:
            key = await self.key(token)
            if key is not None and counts:
                self._broker.keys.admit(key, address_of(scope))
            return key
        shown = ticket.from_cookie_header(_header(scope, b"cookie"))
        claims = ticket.verify(self._secret_key, shown, now=clock.now().timestamp()) if shown else None
        if claims is None or "read" not in claims.ops:
            return None
        return Key(
            id=f"ticket:{claims.sub}",
            tenant=claims.tenant,
            operations=frozenset({"read"}),
            reach=reach_of(claims.types, claims.attrs, claims.scopes),
        )

    async def reader(self, scope: Scope, counts: bool = True) -> Key | None:  # noqa: FBT001, FBT002 - the live port
        """Who may read."""
        found = await self.principal(scope, counts=counts)
        return found if found and "read" in found.operations else None
