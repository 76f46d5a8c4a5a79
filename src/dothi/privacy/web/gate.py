# SPDX-License-Identifier: Apache-2.0
"""Before a page with sensitive data opens, whoever looks says what for; each opening stands in the ledger."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from dothi.foundation import clock
from dothi.identity import door as identity
from dothi.privacy.actions.looking import looked
from dothi.privacy.queries.purpose import purposes_for
from dothi.privacy.web import forms

KEPT = "privacy_purposes"
GOOD_FOR = 900
"""Seconds for which a purpose counts for one page: long enough to work, too short to forget why."""
MOST = 50
"""Pages that one session remembers a purpose for."""
FIELD = "privacy_purpose"

View = Callable[..., HttpResponse]
Subject = Callable[..., str]
Officer = Callable[[str], tuple[str, str]]
"""Account id -> (unit id, name of the post)."""


def _role_only(account_id: str) -> tuple[str, str]:
    del account_id
    return "", ""


_officer: list[Officer] = [_role_only]


def set_officer(officer: Officer) -> None:
    """City hall says which unit and post stand behind an account, once identity knows posts."""
    _officer[0] = officer


def purpose_for(request: HttpRequest, path: str) -> str:
    """The purpose that was given for a page and still counts; empty when there is none."""
    purpose, at = request.session.get(KEPT, {}).get(path, ("", 0))
    return purpose if clock.now().timestamp() - at <= GOOD_FOR else ""


def _choose(request: HttpRequest, purpose: str) -> None:
    kept = dict(list(request.session.get(KEPT, {}).items())[-MOST + 1 :])
    request.session[KEPT] = kept | {request.path: (purpose, clock.now().timestamp())}


def _ask(request: HttpRequest, what: str, wrong: dict[str, str]) -> HttpResponse:
    language = forms.language(request)
    purposes = [{"key": one.key, "title": one.said("title", language)} for one in purposes_for(what)]
    page = {"purposes": purposes, "what": what, "wrong": wrong, "field": FIELD}
    return render(request, "privacy/gate.html", page, status=400 if wrong else 200)


def asks_purpose(*, what: str, subject: Subject) -> Callable[[View], View]:
    """A view that opens only for a purpose of the register. `what`: `privacy.what.<what>` names the kind of data.

    `subject(*args, **kwargs)`: whose data, as the ledger names it; it is called with the view's arguments. Put it below
    the gate of identity: `@staff` first.
    """

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and FIELD in request.POST:
                purpose = forms.text(request.POST, FIELD, 50)
                if purpose not in {one.key for one in purposes_for(what)}:
                    return _ask(request, what, {FIELD: "privacy.gate.purpose.missing"})
                _choose(request, purpose)
                return HttpResponseRedirect(request.path)
            purpose = purpose_for(request, request.path)
            if not purpose:
                return _ask(request, what, {})
            if request.method == "GET":
                _note(request, what=what, subject=subject(*args, **kwargs), purpose=purpose)
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def _note(request: HttpRequest, *, what: str, subject: str, purpose: str) -> None:
    account = identity.current(request)
    unit, post = _officer[0](account.pk) if account else ("", "")
    looked(
        by=forms.actor(request), subject=subject, purpose=purpose, what=what, at=clock.now(), unit=unit,
        post=post or (account.role if account else ""), tenant=forms.tenant(request),
    )  # fmt: skip
