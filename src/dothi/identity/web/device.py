# SPDX-License-Identifier: Apache-2.0
"""A person lets a kiosk or counter in whose screen shows a code (RFC 8628 3.3)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dothi.foundation import clock
from dothi.identity.actions import oidc_rate
from dothi.identity.actions.oidc_device import answer_device
from dothi.identity.addresses import address_of
from dothi.identity.gates import public
from dothi.identity.models import Account, OidcDevice
from dothi.identity.queries.assurance import assurance_of, where_to_prove
from dothi.identity.queries.broker_reach import askable
from dothi.identity.queries.oidc_client import client_of
from dothi.identity.queries.oidc_device import waiting_device
from dothi.identity.rules import acr


def _enter(request: HttpRequest, *, wrong: str = "", typed: str = "") -> HttpResponse:
    page = {"wrong": {"user_code": wrong} if wrong else {}, "typed": typed[:20]}
    return render(request, "identity/device.html", page, status=400 if wrong else 200)


def _sign_in(account: Account | None, level: str, typed: str) -> HttpResponse:
    back = f"/device/?{urlencode({'user_code': typed[:20]})}"
    return HttpResponseRedirect(where_to_prove(account, level, back))


def _answered(request: HttpRequest, device: OidcDevice, account: Account, decision: str) -> HttpResponse:
    client = client_of(str(device.client_id))
    if client is None:
        return _enter(request, wrong="identity.device.unknown")
    proof = assurance_of(request, account)
    allow = decision == "allow"
    answer_device(device.pk, account=account, client=client, allow=allow, proof=proof, at=clock.now())
    return render(request, "identity/device_done.html", {"client": client, "allowed": allow})


@public
@never_cache
@require_http_methods(["GET", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Enter the code, read who asks and where it stands, allow or deny. A code in the address is never enough."""
    typed = (request.POST if request.method == "POST" else request.GET).get("user_code", "")
    account: Account | None = request.account or None  # type: ignore[attr-defined]  # - set by city hall
    if account is None:
        return _sign_in(None, acr.LOA1, typed)
    if not typed:
        return _enter(request)
    who = f"{account.pk}|{address_of(request)}"
    oidc_rate.check("user_code", who, at=clock.now())
    found = waiting_device(typed, at=clock.now())
    client = client_of(str(found.client_id)) if found else None
    if found is None or client is None:
        oidc_rate.count("user_code", who, at=clock.now())
        return _enter(request, wrong="identity.device.unknown", typed=typed)
    level = acr.missing(assurance_of(request, account), asked=(), least=client.least_acr)
    if level is not None:
        return _sign_in(account, level, typed)
    decision = request.POST.get("decision", "")
    if decision in {"allow", "deny"}:
        return _answered(request, found, account, decision)
    scopes = askable(found.scopes.split(), account_id=account.pk, tenant=client.tenant, at=clock.now())
    page = {"client": client, "scopes": scopes, "typed": typed[:20]}
    return render(request, "identity/device_confirm.html", page)
