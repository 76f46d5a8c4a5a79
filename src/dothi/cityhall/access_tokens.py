# SPDX-License-Identifier: Apache-2.0
"""Access tokens of our own OpenID provider at the broker (RFC 9068): signed with ES256 by a key that the provider has.

Whatever else a token says of how it is to be checked is not believed: the algorithm is fixed, a key is found by its
name among ours, and headers that bring or point to a key are refused.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from dothi.broker.door import Key, reach_of

FindKey = Callable[[str], Awaitable[EllipticCurvePublicKey | None]]
"""The provider's public key of this name (kid), while tokens signed with it may be good."""

OPERATIONS = {f"broker.{name}": name for name in ("read", "write", "ingest")}
"""Scopes of OAuth that the broker knows."""
REMEMBER = 5.0
LONGEST = 8_192
_HEADERS = frozenset({"alg", "typ", "kid"})
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_REQUIRED = ("exp", "iat", "iss", "aud", "sub", "client_id")
_AHEAD = 30


class AccessTokens:
    """Verifies for one process, remembering answers for five seconds. `audience`: how tokens name this broker."""

    def __init__(self, *, issuer: str, audience: str, find: FindKey) -> None:
        self.issuer = issuer
        self.audience = audience
        self.find = find
        self.known: dict[str, tuple[float, Key | None]] = {}

    async def verify(self, token: str) -> Key | None:
        """The key that a token stands for; None when it is not one of ours that is good now."""
        remembered = self.known.get(token)
        if remembered is not None and remembered[0] > time.monotonic():
            return _lasting(remembered[1])
        key = await self._verified(token) if len(token) <= LONGEST else None
        if len(self.known) > 10_000:
            self.known.clear()
        self.known[token] = (time.monotonic() + REMEMBER, key)
        return _lasting(key)

    async def _verified(self, token: str) -> Key | None:
        try:
            header = jwt.get_unverified_header(token)
            if not _HEADERS.issuperset(header) or header.get("alg") != "ES256":
                return None
            kid = header.get("kid")
            if str(header.get("typ", "")).lower() not in _TYPES or not isinstance(kid, str):
                return None
            public = await self.find(kid)
            if public is None:
                return None
            claims = jwt.decode(
                token,
                public,
                algorithms=["ES256"],
                audience=self.audience,
                issuer=self.issuer,
                leeway=_AHEAD,
                options={"require": list(_REQUIRED)},
            )
        except (jwt.InvalidTokenError, ValueError, TypeError):
            return None
        return _key_of(claims)


def _lasting(key: Key | None) -> Key | None:
    """The end of a token is taken at its word; only its beginning may lie a little ahead of our clock."""
    return key if key is None or key.ends is None or key.ends > time.time() else None


def _key_of(claims: Mapping[str, Any]) -> Key | None:
    """What the claims allow; None when they are not of the kinds they must be."""
    texts = (claims["client_id"], claims["sub"], claims.get("scope", ""), claims.get("tenant", ""))
    limits = [claims.get(name) for name in ("types", "attrs", "scopes")]
    if not all(isinstance(text, str) for text in texts) or not all(map(_is_limit, limits)):
        return None
    client, _, scope, tenant = texts
    allowed = frozenset(OPERATIONS[word] for word in scope.split() if word in OPERATIONS)
    return Key(
        id=f"client:{client}",
        tenant=tenant,
        operations=allowed,
        reach=reach_of(*limits),
        ends=float(claims["exp"]),
    )


def _is_limit(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(item, str) for item in value))
