# SPDX-License-Identifier: Apache-2.0
"""The authentication decision of each view: a decorator that says it and keeps it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from dothi.foundation import clock, log
from dothi.foundation.errors import NotAllowed, NotAuthenticated
from dothi.identity import reach
from dothi.identity.models import Account
from dothi.identity.queries.account import actor_of
from dothi.identity.queries.rights import rights_of
from dothi.identity.rules.permission import Rights, Thing

View = Callable[..., HttpResponseBase]
Of = Callable[..., Thing]
"""What a request is about: called with the view's arguments."""
_log = log.get(__name__)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def decision_of(view: Any) -> str | None:
    """What was decided for a view: `public`, `signed_in`, or a permission; None when nobody has."""
    found: str | None = getattr(view, "authentication", None)
    return found


def permissions_of(view: Any) -> tuple[str, ...]:
    """The permissions that a view asks for."""
    found: tuple[str, ...] = getattr(view, "permissions", ())
    return found


def _marked(view: Any, decision: str, *more: str) -> View:
    view.authentication = decision
    view.permissions = tuple(dict.fromkeys(more))
    marked: View = view
    return marked


def public(view: View) -> View:
    """Open to everybody."""
    return _marked(view, "public")


def rights(request: Any) -> Rights:
    """What the one who asks may do; read once a request."""
    found: Rights | None = getattr(request, "rights", None)
    if found is None:
        account: Account | None = getattr(request, "account", None) or None
        found = rights_of(actor_of(account), tenant=getattr(request, "tenant", ""))
        request.rights = found
    return found


def _ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if getattr(request, "wants_problem", False):
        raise NotAuthenticated("identity.not_signed_in")
    return HttpResponseRedirect(f"/sign-in/?next={quote(request.get_full_path())}")


def signed_in(view: View) -> View:
    """For everybody who is signed in, residents too: pages about oneself."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not getattr(request, "account", None):
            return _ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    return _marked(guarded, "signed_in")


def requires(
    permission: str, *, write: str = "", of: Of | None = None, city: bool = False
) -> Callable[[View], View]:
    """For those who hold a permission; `write`: another one for what is not GET.

    `of`: the thing that the request is about, from the view's arguments; without it the permission must be held
    somewhere, or for the whole city when `city` is said. The view then reaches no further than the permission does.
    """

    def gate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not getattr(request, "account", None):
                return _ask_to_sign_in(request)
            wanted = write if write and request.method not in SAFE else permission
            held, at = rights(request), clock.now()
            thing = of(request, *args, **kwargs) if of else Thing() if city else None
            allowed = held.anywhere(wanted, at) if thing is None else held.why(wanted, thing, at) is not None
            if not allowed:
                account = getattr(request, "account", None)
                _log.warning(
                    "A permission is missing", permission=wanted, actor=actor_of(account), page=request.path
                )
                raise NotAllowed("identity.not_allowed")
            with reach.entered(held.reach(wanted, at)):
                return view(request, *args, **kwargs)

        return _marked(guarded, permission, permission, write or permission)

    return gate
