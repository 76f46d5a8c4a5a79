# SPDX-License-Identifier: Apache-2.0
"""Invitations that are good."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing

from dothi.identity.models import Invitation
from dothi.identity.queries.admin_link import token_hash

SALT = "dothi.identity.invitation"
LIFE = timedelta(days=7)


def good_invitation(signed: str, *, at: datetime) -> Invitation | None:
    """The invitation of a signed token when it is ours, unused, not older than a week, and its account still active."""
    try:
        token = signing.Signer(salt=SALT).unsign(signed)
    except signing.BadSignature:
        return None
    found = Invitation.objects.select_related("account").filter(token_hash=token_hash(token)).first()
    if found is None or found.used_at is not None or not found.account.is_active:
        return None
    return found if found.made_at <= at < found.made_at + LIFE else None
