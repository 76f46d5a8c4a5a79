# SPDX-License-Identifier: Apache-2.0
"""Who is signed in, by the session: bound to the password, so that a change of it ends every session."""

from __future__ import annotations

import hmac

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from dothi.identity import queries
from dothi.identity.models import Account

_ACCOUNT, _MARK = "account", "account_mark"


def _session(request: HttpRequest) -> SessionBase:
    return request.session


def sign_in(request: HttpRequest, account: Account) -> None:
    """Begin a session anew: an id that was known before signing in is worth nothing after it."""
    session = _session(request)
    session.flush()
    session[_ACCOUNT] = account.pk
    session[_MARK] = account.get_session_auth_hash()
    rotate_token(request)


def sign_out(request: HttpRequest) -> None:
    _session(request).flush()


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in, or None."""
    session = _session(request)
    found = queries.account(session.get(_ACCOUNT, "")) if session.get(_ACCOUNT) else None
    if found is None:
        return None
    same = hmac.compare_digest(str(session.get(_MARK, "")), found.get_session_auth_hash())
    return found if same else None
