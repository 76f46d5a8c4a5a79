# SPDX-License-Identifier: Apache-2.0
"""Where officers work on requests: by due time, without names until a purpose is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity import door as identity
from dothi.identity.door import requires
from dothi.privacy.actions import request as actions
from dothi.privacy.actions.erasure import erase_for_request
from dothi.privacy.actions.letter import mail_is_set_up
from dothi.privacy.errors import NotNow, RefusedForm
from dothi.privacy.models import DataRequest
from dothi.privacy.queries import request as queries
from dothi.privacy.rules import request as rules
from dothi.privacy.web import forms
from dothi.privacy.web.gate import asks_purpose, purpose_for

PAGE = 100
ERASED = "privacy_erased"


def _row(one: DataRequest) -> dict[str, Any]:
    return {"one": one, "due": queries.next_due(one), "urgency": queries.urgency(one, at=clock.now())}


@requires("privacy.handle", city=True)
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    ended = request.GET.get("ended") == "1"
    rows = [_row(one) for one in queries.queue(ended=ended)[:PAGE]]
    late = sum(row["urgency"] == "late" for row in rows)
    page = {
        "rows": rows,
        "ended": ended,
        "late": late,
        "said": forms.heard(request),
        "mail": mail_is_set_up(),
    }
    return render(request, "privacy/desk.html", page)


def _subject(request_id: str) -> str:
    """Whose data a request shows: of the account when there is one, so that its person can see who looked."""
    one = queries.by_id(request_id)
    return f"account:{one.account}" if one.account else f"request:{one.pk}"


def _again(
    request: HttpRequest, request_id: str, wrong: dict[str, str], given: dict[str, str]
) -> HttpResponse:
    """The form with its sentences; without a purpose that counts, the page that asks for one."""
    if not purpose_for(request, f"/privacy/desk/{request_id}/"):
        return HttpResponseRedirect(f"/privacy/desk/{request_id}/")
    return _show(request, queries.by_id(request_id), wrong, given)


def _show(
    request: HttpRequest, one: DataRequest, wrong: dict[str, str], given: dict[str, str]
) -> HttpResponse:
    allowed = rules.NEXT[rules.state_of(one.state)]
    page = {
        **_row(one),
        "steps": one.steps.order_by("pk"),
        "allowed": {verb: True for verb in allowed if verb not in rules.OF_PERSON},
        "law": queries.limit(one.kind, unit=one.unit_id, at=one.filed_at),
        "first": queries.limit("answer", unit=one.unit_id, at=one.filed_at),
        "extension": queries.limit("extension", unit=one.unit_id, at=one.filed_at),
        "mail": mail_is_set_up(),
        "wrong": wrong,
        "given": given,
        "said": forms.heard(request),
        "erased": request.session.pop(ERASED, None),
    }
    return render(request, "privacy/desk_case.html", page, status=400 if wrong else 200)


@requires("privacy.handle", city=True)
@never_cache
@require_http_methods(["GET", "POST"])
@asks_purpose(what="request", subject=_subject)
def case(request: HttpRequest, request_id: str) -> HttpResponse:
    """One request with the person's data: opens for a purpose only."""
    return _show(request, queries.by_id(request_id), {}, {})


Act = Callable[[HttpRequest, dict[str, Any], dict[str, str]], object]
_ACTS: dict[str, Act] = {
    "take": lambda _r, who, _g: actions.take_request(**who),
    "check": lambda r, who, _g: actions.check_identity(**who, how=forms.text(r.POST, "how", 20)),
    "ask": lambda _r, who, g: actions.ask_for_more(**who, words=g["words"]),
    "extend": lambda _r, who, g: actions.extend(**who, days=forms.whole(g["days"]), words=g["words"]),
    "involve": lambda _r, who, _g: actions.involve_third_party(**who),
    "answer": lambda _r, who, g: actions.answer(**who, words=g["words"]),
    "refuse": lambda _r, who, g: actions.refuse(**who, words=g["words"], ground=g["ground"]),
    "close": lambda _r, who, _g: actions.close(**who),
}


@requires("privacy.handle", city=True)
@never_cache
@sensitive_post_parameters("words", "ground")
@require_POST
def act(request: HttpRequest, request_id: str, verb: str) -> HttpResponse:
    """One step of an officer."""
    do = _ACTS.get(verb)
    if do is None:
        raise NotNow("privacy.request.not_now")
    given = {name: forms.text(request.POST, name, 5000) for name in ("words", "ground", "days")}
    who = {"request_id": request_id, "by": forms.actor(request), "at": clock.now()}
    try:
        do(request, who, given)
    except RefusedForm as refusal:
        return _again(request, request_id, refusal.fields, given | {"verb": verb})
    forms.say(request, f"privacy.did.{verb}")
    return HttpResponseRedirect(f"/privacy/desk/{request_id}/")


@requires("privacy.erase", city=True)
@never_cache
@require_POST
def erase(request: HttpRequest, request_id: str) -> HttpResponse:
    """Erase the person everywhere; asked once, in the words of the thing."""
    login = forms.text(request.POST, "login", 150)
    if request.POST.get("sure") != "on":
        return _again(request, request_id, {"sure": "privacy.erase.sure.missing"}, {"login": login})
    found = identity.account_by_login(login) if login else None
    if login and found is None:
        return _again(request, request_id, {"login": "privacy.erase.login.wrong"}, {"login": login})
    done = erase_for_request(
        request_id=request_id, account=found.pk if found else "", by=forms.actor(request), at=clock.now()
    )
    request.session[ERASED] = [
        {"what": one.what, "count": one.count, "kept": one.kept, "because": one.because} for one in done
    ]
    forms.say(request, "privacy.did.erase")
    return HttpResponseRedirect(f"/privacy/desk/{request_id}/")
