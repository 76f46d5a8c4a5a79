# SPDX-License-Identifier: Apache-2.0
"""What a client can ask for, and what it is told then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

_READ = "read"
BROKER_READ = f"broker.{_READ}"
SCOPES = ("openid", "profile", "email", BROKER_READ, "offline_access")
"""In the order in which a person reads them."""
BROKER = {
    f"broker.{operation}": permission
    for operation, permission in (
        (_READ, "operations.see"),
        ("write", "sources.manage"),
        ("ingest", "sources.manage"),
    )
}
"""Scopes that open the broker, and the permission whose reach limits each."""
AUDIENCE = "/ngsi-ld"
"""What stands behind the issuer in the broker's name."""
CLAIMS = {
    "openid": ("sub",),
    "profile": ("name",),
    "email": ("email", "email_verified"),
    BROKER_READ: (),
    "offline_access": (),
}
CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(minutes=10)
ID_TOKEN_LIFE = timedelta(minutes=5)
ONLINE_LIFE = timedelta(hours=12)
OFFLINE_LIFE = timedelta(days=90)
REFRESH_IDLE = timedelta(days=30)
CONSENT_LIFE = timedelta(days=365)


def ordered(scopes: Iterable[str]) -> tuple[str, ...]:
    wanted = set(scopes)
    return tuple(scope for scope in SCOPES if scope in wanted)


def opens_broker(scopes: Iterable[str]) -> bool:
    """Whether an access token with these scopes is one for the broker."""
    return not BROKER.keys().isdisjoint(scopes)


def life_of(scopes: Iterable[str]) -> timedelta:
    """How long a family of tokens lives at most."""
    return OFFLINE_LIFE if "offline_access" in scopes else ONLINE_LIFE
