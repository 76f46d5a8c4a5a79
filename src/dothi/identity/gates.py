# SPDX-License-Identifier: Apache-2.0
"""The authentication decision of each view: a decorator that says it and keeps it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from dothi.foundation.errors import NotAllowed, NotAuthenticated
from dothi.identity.models import Account

Decision = Literal["public", "staff", "admin"]
View = Callable[..., HttpResponseBase]


def decision_of(view: Any) -> Decision | None:
    """What was decided for a view; None when nobody has."""
    found: Decision | None = getattr(view, "authentication", None)
    return found


def public(view: View) -> View:
    """Open to everybody."""
    view.authentication = "public"  # type: ignore[attr-defined]  # - views are marked where they are defined
    return view


def _gate(view: View, decision: Decision, roles: frozenset[str]) -> View:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account: Account | None = getattr(request, "account", None)
        if not account:
            if getattr(request, "wants_problem", False):
                raise NotAuthenticated("identity.not_signed_in")
            return HttpResponseRedirect(f"/sign-in/?next={quote(request.get_full_path())}")
        if account.role not in roles:
            raise NotAllowed("identity.not_allowed")
        return view(request, *args, **kwargs)

    guarded.authentication = decision  # type: ignore[attr-defined]  # - views are marked where they are defined
    return guarded


def staff(view: View) -> View:
    """For people of the city who are signed in."""
    return _gate(view, "staff", frozenset({"staff", "admin"}))


def admin(view: View) -> View:
    """For administrators."""
    return _gate(view, "admin", frozenset({"admin"}))
