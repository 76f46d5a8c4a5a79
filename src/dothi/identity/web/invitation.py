# SPDX-License-Identifier: Apache-2.0
"""The page behind an invitation: the person sets a password, and is in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dothi.foundation import clock
from dothi.identity import sessions
from dothi.identity.actions.person import accept_invitation
from dothi.identity.errors import LinkNotGood, RefusedForm
from dothi.identity.gates import public
from dothi.identity.queries.invitation import good_invitation


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, signed: str) -> HttpResponse:
    found = good_invitation(signed, at=clock.now())
    if found is None:
        raise LinkNotGood
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            account = accept_invitation(
                signed=signed,
                password=request.POST.get("password", ""),
                again=request.POST.get("again", ""),
                at=clock.now(),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            sessions.sign_in(request, account)
            return HttpResponseRedirect("/")
    page = {"one": found.account, "wrong": wrong}
    return render(request, "identity/invited.html", page, status=400 if wrong else 200)
