# SPDX-License-Identifier: Apache-2.0
"""A person follows a request by its code, says more, withdraws it, or proves by mail who asks."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.door import public
from dothi.privacy.actions import letter
from dothi.privacy.actions import request as actions
from dothi.privacy.errors import NoSuchRequest, NotNow, RefusedForm
from dothi.privacy.models import DataRequest
from dothi.privacy.queries import request as queries
from dothi.privacy.rules.request import OPEN
from dothi.privacy.web import forms
from dothi.privacy.web.ask import FOLLOWED

MAIL_LIFE = 7 * 86400


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Asks for the code; the case opens on a page of its own."""
    wrong: dict[str, str] = {}
    code = forms.text(request.POST, "code", 40)
    if request.method == "POST":
        try:
            request.session[FOLLOWED] = queries.by_code(code).code
        except NoSuchRequest:
            wrong = {"code": "privacy.follow.code.wrong"}
        else:
            return HttpResponseRedirect("/privacy/follow/case/")
    return render(
        request, "privacy/follow.html", {"wrong": wrong, "code": code}, status=400 if wrong else 200
    )


def _followed(request: HttpRequest) -> DataRequest | None:
    try:
        return queries.by_code(str(request.session.get(FOLLOWED, "")))
    except NoSuchRequest:
        return None


def _show(request: HttpRequest, one: DataRequest, wrong: dict[str, str], words: str = "") -> HttpResponse:
    law = queries.limit(one.kind, unit=one.unit_id, at=one.filed_at)
    page = {
        "one": one,
        "open": one.state in OPEN,
        "steps": one.steps.order_by("pk"),
        "urgency": queries.urgency(one, at=clock.now()),
        "law": law,
        "mail": letter.mail_is_set_up(),
        "said": forms.heard(request),
        "wrong": wrong,
        "words": words,
    }
    return render(request, "privacy/case.html", page, status=400 if wrong else 200)


@public
@never_cache
@require_safe
def case(request: HttpRequest) -> HttpResponse:
    """Where a request stands, until when it will be answered, and what was said."""
    one = _followed(request)
    return HttpResponseRedirect("/privacy/follow/") if one is None else _show(request, one, {})


@public
@never_cache
@sensitive_post_parameters("words")
@require_POST
def act(request: HttpRequest, verb: str) -> HttpResponse:
    """What the person does: say what was asked for, or withdraw."""
    one = _followed(request)
    if one is None:
        return HttpResponseRedirect("/privacy/follow/")
    by = f"account:{account}" if (account := forms.account(request)) else "visitor"
    words = forms.text(request.POST, "words", 5000)
    try:
        if verb == "supply":
            actions.supply(request_id=one.pk, words=words, by=by, at=clock.now())
        elif verb == "withdraw":
            actions.withdraw(request_id=one.pk, by=by, at=clock.now())
        else:
            raise NotNow("privacy.request.not_now")
    except RefusedForm as refusal:
        return _show(request, one, refusal.fields, words)
    forms.say(request, f"privacy.said.{verb}")
    return HttpResponseRedirect("/privacy/follow/case/")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter: a button, because programs that look at mail open links too."""
    try:
        one = queries.by_id(str(signing.loads(token, salt=letter.SALT, max_age=MAIL_LIFE)))
    except signing.BadSignature as error:
        raise NotNow("privacy.mail.link.old") from error
    if request.method == "POST":
        actions.check_identity(request_id=one.pk, how="mail", by="visitor", at=clock.now())
        request.session[FOLLOWED] = one.code
        forms.say(request, "privacy.said.proved")
        return HttpResponseRedirect("/privacy/follow/case/")
    return render(request, "privacy/prove.html", {"one": one, "done": bool(one.checked_how)})
