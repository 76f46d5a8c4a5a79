# SPDX-License-Identifier: Apache-2.0
"""Tries are counted, so that codes cannot be found out by trying."""

from __future__ import annotations

from django.db import connection
from django.db.models import F

from dothi.documents import vault
from dothi.documents.errors import TooOften
from dothi.documents.models import Tries
from dothi.foundation import clock

WINDOW = 60


def _now() -> tuple[int, int]:
    """The window of now, and how many seconds are left in it."""
    now = int(clock.now().timestamp())
    return now // WINDOW, WINDOW - now % WINDOW


def stop_when_spent(*, who: str, what: str, most: int, tenant: str = "") -> None:
    """TooOften when `who` has had its tries in this minute; nothing is counted."""
    window, left = _now()
    rows = Tries.objects.filter(tenant=tenant, who=vault.mark(who, purpose="tries"), what=what, window=window)
    if rows.filter(count__gte=most).exists():
        raise TooOften(left)


def count(*, who: str, what: str, most: int, tenant: str = "") -> None:
    """One more try from `who` (an address; kept as a keyed hash) in this minute; TooOften above `most`."""
    window, left = _now()
    mark = vault.mark(who, purpose="tries")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{mark}{what}"])
    rows = Tries.objects.filter(tenant=tenant, who=mark, what=what)
    rows.filter(window__lt=window - 5).delete()
    if not rows.filter(window=window).update(count=F("count") + 1):
        Tries.objects.create(tenant=tenant, who=mark, what=what, window=window, count=1)
    if rows.get(window=window).count > most:
        raise TooOften(left)
