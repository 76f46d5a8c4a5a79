# SPDX-License-Identifier: Apache-2.0
"""The administrator's pages of providers of identities."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.actions.upstream import NewUpstream, add_upstream, switch_upstream
from dothi.identity.errors import NotThere, RefusedForm
from dothi.identity.gates import requires
from dothi.identity.models import Upstream
from dothi.identity.queries.upstream import presets, upstreams
from dothi.identity.step_up import FRESH, recently


@requires("identity.upstreams", city=True)
@never_cache
@require_safe
def upstream_list(request: HttpRequest) -> HttpResponse:
    rows = [(one, f"{settings.SETTINGS.url}/sign-in/from/{one.slug}/") for one in upstreams()]
    page = {"rows": rows, "presets": list(presets())}
    return render(request, "identity/upstreams.html", page)


def _maps(given: QueryDict, name: str) -> Any:
    try:
        return json.loads(given.get(name, ""))
    except ValueError:
        return None


def _new(given: QueryDict, preset: str) -> NewUpstream:
    known = presets()[preset]
    return NewUpstream(
        slug=given.get("slug", "").strip(),
        name=given.get("name", ""),
        preset=preset,
        protocol=known["protocol"],
        client_id=given.get("client_id", "").strip(),
        client_secret=given.get("client_secret", "").strip(),
        issuer=given.get("issuer", "").strip(),
        endpoints={name: given.get(name, "").strip() for name in known["endpoints"]},
        scopes=" ".join(given.get("scopes", "").split())[:200],
        asked_acr=given.get("asked_acr", "").strip()[:100],
        claims=_maps(given, "claims") or {},
        assurance=_maps(given, "assurance") or {"levels": None},
    )


def _begin(preset: str) -> dict[str, Any]:
    known = presets()[preset]
    words = {name: known[name] for name in ("name", "issuer", "scopes", "asked_acr")}
    words |= dict(known["endpoints"]) | {"slug": "" if preset == "oidc" else preset}
    maps = {name: json.dumps(known[name], ensure_ascii=False, indent=1) for name in ("claims", "assurance")}
    return words | maps


@requires("identity.upstreams", city=True)
@recently(minutes=FRESH)
@never_cache
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
def upstream_add(request: HttpRequest, preset: str) -> HttpResponse:
    """A provider by a preset; each of its words can be changed."""
    if preset not in presets():
        raise NotThere("identity.upstream.missing")
    wrong: dict[str, str] = {}
    given = _begin(preset)
    if request.method == "POST":
        given = {name: str(request.POST.get(name, "")) for name in (*given, "client_id")}
        try:
            tenant: str = request.tenant  # type: ignore[attr-defined]  # - set by city hall
            add_upstream(_new(request.POST, preset), tenant=tenant, at=clock.now())
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return HttpResponseRedirect("/oidc/upstreams/")
    known = presets()[preset]
    page = {"preset": known, "key": preset, "given": given, "wrong": wrong, "url": settings.SETTINGS.url}
    return render(request, "identity/upstream_form.html", page, status=400 if wrong else 200)


@requires("identity.upstreams", city=True)
@require_POST
def upstream_switch(request: HttpRequest, upstream_id: int) -> HttpResponse:
    found = Upstream.objects.filter(pk=upstream_id).first()
    if found is None:
        raise NotThere("identity.upstream.missing")
    switch_upstream(found, is_on=request.POST.get("on") == "yes", at=clock.now())
    return HttpResponseRedirect("/oidc/upstreams/")
