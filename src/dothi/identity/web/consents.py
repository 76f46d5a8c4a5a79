# SPDX-License-Identifier: Apache-2.0
"""What a person allowed which software to know, and how they take it back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.actions.oidc_consent import withdraw_consent
from dothi.identity.gates import signed_in
from dothi.identity.models import Account
from dothi.identity.queries.oidc_consent import consents_of
from dothi.identity.queries.oidc_grant import live_grants
from dothi.identity.queries.upstream import links_of


@signed_in
@never_cache
@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    account: Account = request.account  # type: ignore[attr-defined]  # - set by city hall
    at = clock.now()
    open_now = {str(grant.client_id) for grant in live_grants(account_id=account.pk, at=at)}
    rows = [
        {
            "consent": one,
            "scopes": one.scopes.split(),
            "is_open": str(one.client_id) in open_now,
            "is_over": one.withdrawn_at is not None or one.until <= at,
        }
        for one in consents_of(account.pk)
    ]
    said = "identity.consent.withdrawn_now" if request.GET.get("said") == "withdrawn" else ""
    return render(
        request, "identity/consents.html", {"rows": rows, "said": said, "upstreams": links_of(account.pk)}
    )


@signed_in
@require_POST
def withdraw(request: HttpRequest, consent_id: int) -> HttpResponse:
    account: Account = request.account  # type: ignore[attr-defined]  # - set by city hall
    withdraw_consent(account=account, consent_id=consent_id, at=clock.now())
    return HttpResponseRedirect("/me/consents/?said=withdrawn")
