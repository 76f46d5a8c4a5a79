# SPDX-License-Identifier: Apache-2.0
"""Exports that wait to be fetched."""

from __future__ import annotations

from datetime import datetime

from dothi.privacy.models import Export


def waiting(account: str, *, at: datetime) -> Export | None:
    """The one that may still be fetched."""
    return (
        Export.objects.filter(account=account, handed_at=None, expires_at__gt=at)
        .exclude(size=0)
        .defer("content")
        .order_by("-made_at")
        .first()
    )
