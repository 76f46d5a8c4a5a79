# SPDX-License-Identifier: Apache-2.0
"""Keys that sign tokens, and tokens that they signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import jwt
from django.db.models import Q

from dothi.identity.models import OidcKey

ALGORITHM = "ES256"


def keys() -> list[OidcKey]:
    """All keys, the newest first."""
    return list(OidcKey.objects.order_by("-made_at"))


def published_keys(*, at: datetime) -> list[dict[str, str]]:
    """What clients check with: next, current, and those that retired a little while ago."""
    found = OidcKey.objects.filter(Q(state__in=["next", "current"]) | Q(published_until__gt=at))
    return [key.public for key in found.order_by("made_at", "kid")]


def own_token(token: str, *, issuer: str, at: datetime) -> dict[str, Any] | None:
    """The claims of an ID token that we made, also when it has expired; None for any other text."""
    try:
        header = jwt.get_unverified_header(token)
        public = {key["kid"]: key for key in published_keys(at=at)}.get(str(header.get("kid", "")))
        if public is None or header.get("alg") != ALGORITHM:
            return None
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(public, ALGORITHM),
            algorithms=[ALGORITHM],
            issuer=issuer,
            options={"verify_aud": False, "verify_exp": False, "require": ["iss", "sub", "aud"]},
        )
    except jwt.PyJWTError:
        return None
    return claims
