# SPDX-License-Identifier: Apache-2.0
"""A person asks: what, why, who; one question a page, answers kept until they are sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dothi.foundation import clock
from dothi.identity.door import current, public
from dothi.privacy.actions.letter import mail_is_set_up
from dothi.privacy.actions.request import contact_problems, file_request
from dothi.privacy.errors import RefusedForm
from dothi.privacy.queries import request as queries
from dothi.privacy.rules.request import KINDS
from dothi.privacy.web import forms

KEPT = "privacy_ask"
FOLLOWED = "privacy_followed"
"""The code whose case this session looks at: never in an address, for addresses stand in logs."""
STEPS: dict[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "details": ("details",),
    "contact": ("name", "email", "phone"),
    "check": (),
}
_NAMES = tuple(STEPS)


@public
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What one may ask, and where to see what is done with data."""
    account = current(request)
    mine = list(queries.of_account(account.pk)[:20]) if account else []
    return render(request, "privacy/start.html", {"mine": mine, "kinds": KINDS})


def _given(request: HttpRequest) -> dict[str, str]:
    kept: dict[str, str] = request.session.get(KEPT, {})
    account = current(request)
    mail = account.login if account and "@" in account.login else ""
    return {"name": account.name if account else "", "email": mail, **kept}


def _wrong(step: str, given: dict[str, str]) -> dict[str, str]:
    if step == "kind" and given.get("kind") not in KINDS:
        return {"kind": "privacy.ask.kind.missing"}
    if step == "details" and given.get("kind") == "rectify" and len(given.get("details", "")) < 3:
        return {"details": "privacy.ask.details.missing"}
    if step == "contact":
        return contact_problems(**{name: given.get(name, "") for name in STEPS["contact"]})
    return {}


@public
@never_cache
@sensitive_post_parameters("name", "email", "phone", "details")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, step: str = "kind") -> HttpResponse:
    """One question; the answers so far are kept in the session until the request is sent."""
    if step not in STEPS:
        return HttpResponseRedirect("/privacy/ask/")
    given = _given(request)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        given |= {name: forms.text(request.POST, name, 5000) for name in STEPS[step]}
        wrong = _wrong(step, given)
        if not wrong and step == "check":
            return _send(request, given)
        if not wrong:
            request.session[KEPT] = given
            return HttpResponseRedirect(f"/privacy/ask/{_NAMES[_NAMES.index(step) + 1]}/")
    elif step == "kind" and request.GET.get("kind") in KINDS:
        given["kind"] = request.GET["kind"]
    missing = next((one for one in _NAMES[: _NAMES.index(step)] if _wrong(one, given)), None)
    if missing is not None:
        return HttpResponseRedirect(f"/privacy/ask/{missing}/")
    return _show(request, step, given, wrong)


def _show(request: HttpRequest, step: str, given: dict[str, str], wrong: dict[str, str]) -> HttpResponse:
    number = _NAMES.index(step)
    page: dict[str, Any] = {
        "step": step,
        "number": number + 1,
        "of": len(_NAMES),
        "back": f"/privacy/ask/{_NAMES[number - 1]}/" if number else "/privacy/",
        "given": given,
        "wrong": wrong,
        "kinds": KINDS,
        "mail": mail_is_set_up(),
    }
    return render(request, "privacy/ask.html", page, status=400 if wrong else 200)


def _send(request: HttpRequest, given: dict[str, str]) -> HttpResponse:
    for step in _NAMES[:-1]:
        if _wrong(step, given):
            return HttpResponseRedirect(f"/privacy/ask/{step}/")
    try:
        one = file_request(
            kind=given["kind"], name=given["name"], email=given.get("email", ""), phone=given.get("phone", ""),
            details=given.get("details", ""), account=forms.account(request), language=forms.language(request),
            tenant=forms.tenant(request), at=clock.now(),
        )  # fmt: skip
    except RefusedForm as refusal:
        return _show(request, "contact", given, refusal.fields)
    request.session.pop(KEPT, None)
    request.session[FOLLOWED] = one.code
    forms.say(request, "privacy.said.filed")
    return HttpResponseRedirect("/privacy/follow/case/")
