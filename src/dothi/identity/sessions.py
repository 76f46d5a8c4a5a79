# SPDX-License-Identifier: Apache-2.0

"""Who is signed in, by the session: how sure that is, since when, and until when.

Bound to the password and to a number in the account, so that a change of either ends every session.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from dothi.foundation import clock
from dothi.identity import addresses
from dothi.identity.models import Account
from dothi.identity.rules import session as rules
from dothi.identity.rules.session import Acr, Assurance

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ASSURANCE = "assurance"
_BEGAN, _SEEN = "began_at", "seen_at"
_NOTICE_EVERY = timedelta(minutes=1)


def open_session(request: HttpRequest, account: Account, methods: Iterable[str]) -> Assurance:
    """Say in a new session what was proved; allauth has changed its id just before."""
    shown = list(methods)
    now = clock.now()
    found = rules.proven(
        None, rules.acr_of_methods(shown), ial=account.ial, source=rules.source_of_methods(shown), at=now
    )
    request.session[ASSURANCE] = found.as_json()
    request.session[_BEGAN] = request.session[_SEEN] = clock.iso(now)
    return found


def prove(request: HttpRequest, acr: Acr, *, source: str) -> Assurance:
    """A level was proved again within the session."""
    account = account_of(request)
    found = rules.proven(
        assurance_of(request), acr, ial=account.ial if account else 0, source=source, at=clock.now()
    )
    request.session[ASSURANCE] = found.as_json()
    return found


def vouch(request: HttpRequest, *, ial: int, source: str) -> Assurance | None:
    """Another body vouches for who this is (an upstream provider); no level of this session falls by it."""
    found = assurance_of(request)
    if found is None:
        return None
    raised = rules.Assurance(
        aal=found.aal,
        ial=max(ial, found.ial),
        source=source,
        verified_at=found.verified_at,
        proved=found.proved,
    )
    request.session[ASSURANCE] = raised.as_json()
    return raised


def assurance_of(request: HttpRequest) -> Assurance | None:
    """What this session proved; None when nobody is signed in."""
    return rules.read_assurance(request.session.get(ASSURANCE))


def _times(request: HttpRequest) -> tuple[datetime, datetime] | None:
    try:
        return clock.parse(request.session[_BEGAN]), clock.parse(request.session[_SEEN])
    except (KeyError, TypeError, ValueError):
        return None


def _within_limits(request: HttpRequest) -> Any:
    user = get_user(request)
    if not isinstance(user, Account):
        return user
    times, now = _times(request), clock.now()
    over = times is None or rules.is_over(
        began_at=times[0],
        seen_at=times[1],
        at=now,
        life=timedelta(hours=settings.SETTINGS.session_hours),
        idle=timedelta(minutes=settings.SETTINGS.session_idle_minutes),
    )
    if over or not rules.may_enter(role=user.role, found=assurance_of(request)):
        forget(request.session.session_key)
        request.session.flush()
        return AnonymousUser()
    if times and now - times[1] > _NOTICE_EVERY:
        request.session[_SEEN] = clock.iso(now)
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=now, ip=addresses.address_of(request)
        )
    return user


def forget(session_key: str | None) -> None:
    """Take a session from the person's list."""
    UserSession.objects.filter(session_key=session_key).delete()


def keep_limits(request: HttpRequest) -> None:
    """From here on `request.user` is nobody when the session is too old, idle, or too weak for the account."""
    request.user = SimpleLazyObject(  # type: ignore[assignment]  # - Django's own middleware does the same
        lambda: _within_limits(request)
    )


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in, or None."""
    user = request.user
    return user if isinstance(user, Account) and user.is_active else None
