# SPDX-License-Identifier: Apache-2.0

"""The sessions of a person; nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.core.internal.sessionkit import get_session_user
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from dothi.foundation import clock
from dothi.identity.models import Account
from dothi.identity.rules.device import device_name


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where somebody is signed in."""

    pk: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def sessions_of(account: Account, *, this: str | None) -> list[Place]:
    """Those that live, this one first, then the latest seen."""
    now = clock.now()
    life = timedelta(hours=settings.SETTINGS.session_hours)
    idle = timedelta(minutes=settings.SETTINGS.session_idle_minutes)
    known = UserSession.objects.filter(user=account, created_at__gt=now - life, last_seen_at__gt=now - idle)
    found = [
        Place(
            pk=one.pk,
            device=device_name(one.user_agent),
            address=one.ip,
            began_at=one.created_at,
            seen_at=one.last_seen_at,
            is_this=one.session_key == this,
        )
        for one in known.order_by("-last_seen_at")[:100]
        if get_session_user(SessionStore(one.session_key)) is not None
    ]
    return sorted(found, key=lambda place: not place.is_this)


def session_of(account: Account, pk: int) -> UserSession | None:
    return UserSession.objects.filter(user=account, pk=pk).first()
