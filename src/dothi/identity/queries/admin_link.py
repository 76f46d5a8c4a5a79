# SPDX-License-Identifier: Apache-2.0
"""One-time links that are good."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core import signing

from dothi.identity.models import AdminLink
from dothi.identity.rules.sign_in import link_is_good

SALT = "dothi.identity.first"


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def good_link(signed: str, *, at: datetime) -> AdminLink | None:
    """The link of a signed token when it is ours, unused and fresh."""
    try:
        token = signing.Signer(salt=SALT).unsign(signed)
    except signing.BadSignature:
        return None
    link = AdminLink.objects.filter(token_hash=token_hash(token)).first()
    good = link is not None and link_is_good(made_at=link.made_at, used_at=link.used_at, at=at)
    return link if good else None
