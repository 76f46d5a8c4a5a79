# SPDX-License-Identifier: Apache-2.0

"""A fresh proof of who asks, for acts that need one: `@recently(minutes=10, acr="phr")` (RFC 9470)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from dothi.foundation import clock
from dothi.identity import sessions
from dothi.identity.errors import ProveAgain
from dothi.identity.models import Account
from dothi.identity.queries import passkey as passkeys
from dothi.identity.rules.session import Acr, is_recent

FRESH = 30
"""Minutes within which one must have shown who one is, to give or take rights, keys and sign-in."""

View = Callable[..., HttpResponseBase]


def best_acr(account: Account) -> Acr:
    """The highest level that this account has the means to prove."""
    if passkeys.has_passkey(account):
        return "phr"
    return "aal2" if passkeys.authenticator_app_of(account) else "aal1"


def recently(*, minutes: float, acr: Acr | Literal["own"] = "own") -> Callable[[View], View]:
    """Let a view be called only by one who proved `acr` within these minutes; others prove it, and come back.

    `own`: the best that the account can prove. Stands inside the gate that says who may: `@staff @recently(...)`.
    """

    def gate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            account = sessions.account_of(request)
            wanted = acr if acr != "own" else (best_acr(account) if account else "aal1")
            if not is_recent(sessions.assurance_of(request), wanted, minutes=minutes, at=clock.now()):
                return _prove_again(request, wanted)
            return view(request, *args, **kwargs)

        return guarded

    return gate


def is_fresh(request: HttpRequest, *, minutes: float) -> bool:
    """Whether the person proved within these minutes, as well as the account can, who they are."""
    account = sessions.account_of(request)
    return account is not None and is_recent(
        sessions.assurance_of(request), best_acr(account), minutes=minutes, at=clock.now()
    )


def _prove_again(request: HttpRequest, acr: Acr) -> HttpResponseBase:
    if getattr(request, "wants_problem", False):
        raise ProveAgain("identity.again.needed")
    target = request.get_full_path() if request.method in {"GET", "HEAD"} else _page_of_form(request)
    return HttpResponseRedirect(f"/sign-in/again/?acr={acr}&next={quote(target)}")


def _page_of_form(request: HttpRequest) -> str:
    """The page that a form was sent from: its answers cannot be kept, the page can be shown again."""
    came = urlsplit(request.headers.get("Referer", ""))
    own = came.netloc == request.get_host() and came.path.startswith("/")
    return f"{came.path}?{came.query}".rstrip("?") if own else "/me/"
