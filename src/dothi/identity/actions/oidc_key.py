# SPDX-License-Identifier: Apache-2.0
"""Keys that sign tokens are made, take their turn and retire."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import connection, transaction

from dothi.foundation import clock
from dothi.identity import vault
from dothi.identity.errors import RefusedForm
from dothi.identity.models import OidcKey
from dothi.identity.rules.pkce import base64url
from dothi.ledger.door import note

USE = "oidc keys"
PUBLISHED_BEFORE = timedelta(hours=1)
"""How long clients may have kept the list of keys: a key signs only once they can know it."""
PUBLISHED_AFTER = timedelta(days=1)
_ONE_AT_A_TIME = 0x6F696463


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])


def thumbprint(public: dict[str, str]) -> str:
    """The key's own name (RFC 7638)."""
    needed = {name: public[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(needed, separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(canonical.encode()).digest())


def _make(state: str, *, at: datetime) -> OidcKey:
    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    public = {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url(numbers.x.to_bytes(32, "big")),
        "y": base64url(numbers.y.to_bytes(32, "big")),
    }
    kid = thumbprint(public)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = OidcKey.objects.create(
        kid=kid,
        state=state,
        public=public | {"kid": kid, "use": "sig", "alg": "ES256"},
        sealed=vault.seal(pem, use=USE, name=kid),
        made_at=at,
        current_at=at if state == "current" else None,
    )
    note("identity.act.oidc_key_made", f"key:{kid}", at=at, state=state)
    return made


@transaction.atomic
def ensure_keys(*, at: datetime | None = None) -> OidcKey:
    """The key that signs; at the very first call it and its successor are made."""
    at = at or clock.now()
    found = OidcKey.objects.filter(state="current").first()
    if found is not None:
        return found
    _lock()
    found = OidcKey.objects.filter(state="current").first()
    if found is None:
        found = _make("current", at=at)
        _make("next", at=at)
    return found


@transaction.atomic
def rotate_keys(*, at: datetime | None = None, at_once: bool = False) -> OidcKey:
    """The next key signs from now on. `at_once`: the old one is no longer published either, for it may be known."""
    at = at or clock.now()
    ensure_keys(at=at)
    _lock()
    old = OidcKey.objects.get(state="current")
    new = OidcKey.objects.get(state="next")
    if not at_once and at < new.made_at + PUBLISHED_BEFORE:
        raise RefusedForm({"rotate": "identity.oidc.key.too_young"})
    old.state, old.retired_at = "retired", at
    old.published_until = at if at_once else at + PUBLISHED_AFTER
    old.save()
    new.state, new.current_at = "current", at
    new.save()
    _make("next", at=at)
    note("identity.act.oidc_key_rotated", f"key:{new.kid}", at=at, retired=old.kid, at_once=at_once)
    return new
