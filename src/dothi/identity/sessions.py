# SPDX-License-Identifier: Apache-2.0
"""Who is signed in, by the session: bound to the password, so that a change of it ends every session."""

from __future__ import annotations

from datetime import datetime

from django.contrib import auth
from django.http import HttpRequest

from dothi.foundation import clock
from dothi.identity.models import Account

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SIGNED_IN_AT = "signed_in_at"


def sign_in(request: HttpRequest, account: Account) -> None:
    """Begin a session anew: an id that was known before signing in is worth nothing after it."""
    request.session.flush()
    auth.login(request, account, backend=BACKEND)
    request.session[SIGNED_IN_AT] = clock.iso(clock.now())


def sign_out(request: HttpRequest) -> None:
    auth.logout(request)


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in, or None."""
    user = request.user
    return user if isinstance(user, Account) and user.is_active else None


def signed_in_at(request: HttpRequest) -> datetime | None:
    """When the person of this very session showed who they are; None when that is not known."""
    said = request.session.get(SIGNED_IN_AT, "")
    return clock.parse(said) if said else None
