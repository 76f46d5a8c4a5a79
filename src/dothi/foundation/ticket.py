# SPDX-License-Identifier: Apache-2.0
"""Tickets: what a browser shows the broker to say for whom it reads, signed, without a look-up.

`v1.<base64url JSON claims>.<base64url HMAC-SHA256>`. Django writes it into the cookie `dothi_broker`, the broker
processes verify it with the same secret key.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
from collections.abc import Callable, Iterable

import msgspec

COOKIE = "dothi_broker"
SECURE_COOKIE = f"__Secure-{COOKIE}"
"""Its name where pages are reached by https: browsers then take it from nobody else."""
PATH = "/live"
SECONDS = 600
"""How long a ticket is good: the page renews it long before. No process looks it up, so a copy of it outlives the
session by that much; the browser's own is taken away at sign-out."""

_VERSION = "v1"


class Claims(msgspec.Struct, kw_only=True, frozen=True):
    """Who may do what until when. `exp`: epoch seconds.

    `types` and `attrs` (IRIs) and `scopes` (each with all below it) limit what is seen; None: no limit.
    """

    tenant: str
    ops: tuple[str, ...] = ("read",)
    exp: int
    sub: str = ""
    types: tuple[str, ...] | None = None
    attrs: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None


@functools.lru_cache(maxsize=4)
def _key(secret_key: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt: a key that is good for this purpose only."""
    extracted = hmac.new(bytes(32), secret_key.encode(), hashlib.sha256).digest()
    return hmac.new(extracted, b"broker-cookie\x01", hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _signature(secret_key: str, payload: str) -> bytes:
    return hmac.new(_key(secret_key), f"{_VERSION}.{payload}".encode(), hashlib.sha256).digest()


def sign(secret_key: str, claims: Claims) -> str:
    """The ticket that says `claims`."""
    payload = _encode(msgspec.json.encode(claims))
    return f"{_VERSION}.{payload}.{_encode(_signature(secret_key, payload))}"


def issue(
    secret_key: str,
    *,
    tenant: str,
    sub: str,
    now: float,
    types: Iterable[str] | None = None,
    attrs: Iterable[str] | None = None,
    scopes: Iterable[str] | None = None,
) -> str:
    """A ticket to read with from now on (`now`: epoch seconds), limited as `Claims` says."""
    limits = (None if limit is None else tuple(sorted(set(limit))) for limit in (types, attrs, scopes))
    kinds, names, places = limits
    claims = Claims(tenant=tenant, exp=int(now) + SECONDS, sub=sub, types=kinds, attrs=names, scopes=places)
    return sign(secret_key, claims)


def verify(secret_key: str, ticket: str, *, now: float) -> Claims | None:
    """The claims of a ticket; None when it is not ours or its time (`now`: epoch seconds) has passed."""
    version, _, rest = ticket.partition(".")
    payload, _, signature = rest.partition(".")
    try:
        if version != _VERSION or not hmac.compare_digest(
            _decode(signature), _signature(secret_key, payload)
        ):
            return None
        claims = msgspec.json.decode(_decode(payload), type=Claims)
    except (binascii.Error, ValueError):
        return None
    return claims if claims.exp > now else None


def from_cookie_header(header: str) -> str:
    """The ticket in a Cookie header; empty when there is none."""
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name in {SECURE_COOKIE, COOKIE}:
            return value
    return ""


def forget(delete_cookie: Callable[..., object]) -> None:
    """Take the ticket away from a browser, under either name: a cookie goes only by the path it was set for."""
    for name in (SECURE_COOKIE, COOKIE):
        delete_cookie(name, path=PATH, samesite="Strict")
