# SPDX-License-Identifier: Apache-2.0
"""Those who ask too often are slowed down, over all web processes."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import F

from dothi.identity.errors import TooOften
from dothi.identity.models import OidcRate
from dothi.identity.queries.oidc_grant import hash_of

LIMITS = {
    "token": (120, 60),
    "token_failed": (20, 60),
    "par": (120, 60),
    "device": (30, 60),
    "user_code": (10, 300),
    "upstream": (20, 60),
}
"""What: how many, in how many seconds; by address, or by client for failures."""


def count(what: str, who: str, *, at: datetime) -> None:
    """Count one; TooOften when it is one too many."""
    most, seconds = LIMITS[what]
    window = int(at.timestamp()) // seconds
    ends = (window + 1) * seconds
    row, made = OidcRate.objects.get_or_create(
        what=what,
        who=hash_of(who),
        window=window,
        defaults={"count": 1, "expires_at": datetime.fromtimestamp(ends, UTC)},
    )
    if made:
        OidcRate.objects.filter(expires_at__lt=at).delete()
        return
    OidcRate.objects.filter(pk=row.pk).update(count=F("count") + 1)
    row.refresh_from_db(fields=["count"])
    if row.count > most:
        raise TooOften(max(1, ends - int(at.timestamp())))


def check(what: str, who: str, *, at: datetime) -> None:
    """TooOften when there were already as many as are allowed; counts nothing."""
    most, seconds = LIMITS[what]
    window = int(at.timestamp()) // seconds
    row = OidcRate.objects.filter(what=what, who=hash_of(who), window=window).first()
    if row and row.count >= most:
        raise TooOften(max(1, (window + 1) * seconds - int(at.timestamp())))
