# SPDX-License-Identifier: Apache-2.0
"""How long things are kept: the rules, what the next run would do, holds, and what was done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.door import requires
from dothi.privacy.actions import retention as actions
from dothi.privacy.errors import NotNow, RefusedForm
from dothi.privacy.queries import retention as queries
from dothi.privacy.web import forms

_HOLD = ("object", "hold_basis")


def _page(request: HttpRequest, wrong: dict[str, str], given: dict[str, str]) -> HttpResponse:
    language = forms.language(request)
    plans: list[dict[str, Any]] = [
        {"plan": one, "basis": one.rule.basis.get(language) or one.rule.basis["vi"]}
        for one in queries.plan(clock.now())
    ]
    page: dict[str, Any] = {
        "plans": plans,
        "holds": queries.holds(),
        "runs": queries.runs(10),
        "said": forms.heard(request),
        "wrong": wrong,
        "given": given,
    }
    return render(request, "privacy/desk_retention.html", page, status=400 if wrong else 200)


@requires("privacy.retention", city=True)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What the next run would throw away, without doing it."""
    return _page(request, {}, {})


@requires("privacy.retention", city=True)
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, key: str) -> HttpResponse:
    found = queries.rules_on(clock.now()).get(key)
    if found is None:
        raise NotNow("privacy.retention.key.wrong")
    today = clock.now().astimezone(clock.VIETNAM).date()
    given = {
        "days": str(found.days or ""),
        "happens": found.happens,
        "basis": found.basis["vi"],
        "since": f"{today}",
    }
    wrong: dict[str, str] = {}
    if request.method == "POST":
        given = {name: forms.text(request.POST, name, 500) for name in given}
        try:
            actions.set_rule(
                key=key, days=forms.whole(given["days"]), happens=given["happens"], basis=given["basis"],
                valid_from=forms.needed_day(given, "since"), by=forms.actor(request), at=clock.now(), tenant=forms.tenant(request),
            )  # fmt: skip
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            forms.say(request, "privacy.said.rule")
            return HttpResponseRedirect("/privacy/desk/retention/")
    choices = [found.happens] if found.happens == "keep" else [found.happens, "keep"]
    page = {
        "rule": found,
        "what": f"privacy.retention.what.{key}",
        "given": given,
        "wrong": wrong,
        "choices": choices,
    }
    return render(request, "privacy/desk_rule.html", page, status=400 if wrong else 200)


@requires("privacy.retention", city=True)
@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    given = {name: forms.text(request.POST, name, 500) for name in _HOLD}
    try:
        actions.hold(
            object_=given["object"], basis=given["hold_basis"], by=forms.actor(request), at=clock.now(),
            tenant=forms.tenant(request),
        )  # fmt: skip
    except RefusedForm as refusal:
        return _page(request, refusal.fields, given)
    forms.say(request, "privacy.said.hold")
    return HttpResponseRedirect("/privacy/desk/retention/")


@requires("privacy.retention", city=True)
@require_POST
def lift(request: HttpRequest, hold_id: int) -> HttpResponse:
    actions.lift(hold_id=hold_id, by=forms.actor(request), at=clock.now())
    forms.say(request, "privacy.said.lifted")
    return HttpResponseRedirect("/privacy/desk/retention/")
