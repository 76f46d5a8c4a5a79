# SPDX-License-Identifier: Apache-2.0
"""The page behind an invitation: the person sets a password, and is in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dothi.foundation import clock
from dothi.identity import flows
from dothi.identity.actions.person import accept_invitation
from dothi.identity.errors import InvitationNotGood, RefusedForm
from dothi.identity.gates import public
from dothi.identity.queries.invitation import good_invitation
from dothi.identity.web import ways


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, signed: str) -> HttpResponse:
    found = good_invitation(signed, at=clock.now())
    if found is None:
        raise InvitationNotGood
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
            return flows.enter(request, account, "invitation", next_="/")
    return ways.to_localhost(request) or ways.page(request, "invited", wrong, one=found.account)
