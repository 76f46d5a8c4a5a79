# SPDX-License-Identifier: Apache-2.0
"""The administrator's pages of clients: who may ask, for what, since when, and the way out in one click."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.actions import oidc_client as actions
from dothi.identity.actions.oidc_client import DEVICE_GRANT, Wish
from dothi.identity.actions.oidc_key import ensure_keys, rotate_keys
from dothi.identity.errors import NotThere, RefusedForm
from dothi.identity.gates import requires
from dothi.identity.models import OidcClient, OidcLogout
from dothi.identity.queries.oidc_client import clients, post_logout_uris, programs
from dothi.identity.queries.oidc_key import keys
from dothi.identity.rules import acr, oidc_client, oidc_scope
from dothi.identity.step_up import FRESH, recently


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _wish(given: QueryDict) -> Wish:
    days = given.get("max_age_hours", "").strip() or "0"
    return Wish(
        name=given.get("name", ""),
        purpose=given.get("purpose", ""),
        auth_method=given.get("auth_method", ""),
        redirect_uris=_lines(given.get("redirect_uris", "")),
        post_logout_uris=_lines(given.get("post_logout_uris", "")),
        scopes=["openid", *given.getlist("scope")],
        sector=given.get("sector", "").strip().lower(),
        least_acr=given.get("least_acr", acr.LOA1),
        max_age=int(days) * 3600 if days.isdigit() and len(days) < 6 else -1,
        requires_par=given.get("requires_par") == "yes",
        backchannel_uri=given.get("backchannel_uri", "").strip(),
        is_device=given.get("is_device") == "yes",
        place=given.get("place", ""),
        service=given.get("service", "")[:40].replace("\x00", ""),
        machine_scopes=given.getlist("machine_scope"),
    )


def _wish_of(city: OidcClient) -> Wish:
    return Wish(
        name=city.client.name,
        purpose=city.purpose,
        auth_method=city.auth_method,
        redirect_uris=city.client.get_redirect_uris(),
        post_logout_uris=post_logout_uris(city),
        scopes=city.client.get_scopes(),
        sector=city.sector,
        least_acr=city.least_acr,
        max_age=city.max_age,
        requires_par=city.requires_par,
        backchannel_uri=city.backchannel_uri,
        is_device=DEVICE_GRANT in city.client.get_grant_types(),
        place=city.place,
        service=city.service.pk if city.service else "",
        machine_scopes=city.machine_scopes.split(),
    )


def _form(wish: Wish, wrong: dict[str, str]) -> dict[str, Any]:
    return {
        "wish": wish,
        "wrong": wrong,
        "redirect_uris": "\n".join(wish.redirect_uris),
        "post_logout_uris": "\n".join(wish.post_logout_uris),
        "max_age_hours": wish.max_age // 3600 if wish.max_age > 0 else "",
        "methods": oidc_client.METHODS,
        "levels": [(level, level.rpartition(":")[2]) for level in acr.LEVELS],
        "programs": programs(),
        "machine_scopes": list(oidc_scope.BROKER),
        "optional": [scope for scope in oidc_scope.SCOPES if scope != "openid"],
    }


def _found(client_id: str) -> OidcClient:
    city = OidcClient.objects.select_related("client").filter(pk=client_id).first()
    if city is None:
        raise NotThere("identity.oidc.client_missing")
    return city


@requires("identity.clients", city=True)
@never_cache
@require_safe
def client_list(request: HttpRequest) -> HttpResponse:
    ensure_keys(at=clock.now())
    page = {"rows": clients(), "keys": keys(), "issuer": settings.SETTINGS.url, "said": _said(request)}
    return render(request, "identity/oidc_clients.html", page)


def _said(request: HttpRequest) -> str:
    said = request.GET.get("said", "")
    return f"identity.oidc.said.{said}" if said in {"changed", "revoked", "rotated", "too_young"} else ""


@requires("identity.clients", city=True)
@recently(minutes=FRESH)
@never_cache
@require_http_methods(["GET", "POST"])
def client_add(request: HttpRequest) -> HttpResponse:
    wish = Wish(name="", purpose="", auth_method="client_secret_basic", scopes=["openid"])
    wrong: dict[str, str] = {}
    if request.method == "POST":
        wish = _wish(request.POST)
        try:
            city, secret = actions.add_client(wish, tenant=request.tenant, at=clock.now())  # type: ignore[attr-defined]  # - set by city hall
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return _shown(request, city, secret=secret)
    return render(request, "identity/oidc_client_form.html", _form(wish, wrong), status=400 if wrong else 200)


def _shown(request: HttpRequest, city: OidcClient, *, secret: str = "") -> HttpResponse:
    """The page of one client; a secret is on it once, and in no address or history."""
    owed = OidcLogout.objects.filter(client_id=city.pk).order_by("-pk")[:10]
    page = {
        "city": city,
        "wish": _wish_of(city),
        "secret": secret,
        "issuer": settings.SETTINGS.url,
        "logouts": owed,
        "scopes": city.client.get_scopes(),
        "level": city.least_acr.rpartition(":")[2],
        "said": _said(request),
    }
    answer = render(request, "identity/oidc_client.html", page)
    answer["Cache-Control"] = "no-store"
    return answer


@requires("identity.clients", city=True)
@never_cache
@require_safe
def client_page(request: HttpRequest, client_id: str) -> HttpResponse:
    return _shown(request, _found(client_id))


@requires("identity.clients", city=True)
@recently(minutes=FRESH)
@never_cache
@require_http_methods(["GET", "POST"])
def client_change(request: HttpRequest, client_id: str) -> HttpResponse:
    city = _found(client_id)
    wish, wrong = _wish_of(city), {}
    if request.method == "POST":
        wish = _wish(request.POST)
        try:
            actions.change_client(city, wish, at=clock.now())
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return HttpResponseRedirect(f"/oidc/clients/{city.pk}/?said=changed")
    page = _form(wish, wrong) | {"city": city}
    return render(request, "identity/oidc_client_form.html", page, status=400 if wrong else 200)


@requires("identity.clients", city=True)
@recently(minutes=FRESH)
@require_POST
def client_secret(request: HttpRequest, client_id: str) -> HttpResponse:
    city = _found(client_id)
    return _shown(request, city, secret=actions.new_secret(city, at=clock.now()))


@requires("identity.clients", city=True)
@require_POST
def client_revoke(request: HttpRequest, client_id: str) -> HttpResponse:
    del request
    actions.revoke_client(_found(client_id), at=clock.now())
    return HttpResponseRedirect("/oidc/clients/?said=revoked")


@requires("identity.clients", city=True)
@recently(minutes=FRESH)
@require_POST
def keys_rotate(request: HttpRequest) -> HttpResponse:
    """The next key signs; an hour after it was published, or at once when the old one may be known."""
    try:
        rotate_keys(at=clock.now(), at_once=request.POST.get("at_once") == "yes")
    except RefusedForm:
        return HttpResponseRedirect("/oidc/clients/?said=too_young")
    return HttpResponseRedirect("/oidc/clients/?said=rotated")
