# SPDX-License-Identifier: Apache-2.0
"""People come in by another body that vouches for them: out to it, and back."""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dothi.foundation import clock
from dothi.identity import flows, sessions
from dothi.identity.actions import oidc_rate
from dothi.identity.actions.upstream import enter_by_upstream, link_upstream
from dothi.identity.addresses import address_of
from dothi.identity.errors import NotThere, RefusedForm, UpstreamAway
from dothi.identity.gates import public, signed_in
from dothi.identity.models import Account, Upstream
from dothi.identity.queries.assurance import VOUCHED
from dothi.identity.queries.upstream import claims_from, endpoints, open_upstreams, tokens, upstream_of
from dothi.identity.rules import pkce
from dothi.identity.rules.upstream import OddClaims, Profile, profile

KEPT, LINKING = "upstream", "upstream_to_link"
LIFE_SECONDS = 900


def _redirect_uri(upstream: Upstream) -> str:
    return f"{settings.SETTINGS.url}/sign-in/from/{upstream.slug}/"


def _next(request: HttpRequest) -> str:
    target = request.GET.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else "/me/consents/"


def _failed(request: HttpRequest, upstream: Upstream, reason: str, status: int) -> HttpResponse:
    """What happened and what to do; the way back keeps where the person wanted to go."""
    page = {"upstream": upstream, "reason": reason, "others": open_upstreams()}
    answer = render(request, "identity/upstream_failed.html", page, status=status)
    if status == 503:
        answer["Retry-After"] = "60"
    return answer


@public
@never_cache
@require_safe
def ways(request: HttpRequest) -> HttpResponse:
    """All bodies that one can come in by."""
    return render(request, "identity/upstream_ways.html", {"rows": open_upstreams(), "next": _next(request)})


@public
@never_cache
@require_safe
def out(request: HttpRequest, slug: str) -> HttpResponse:
    """To the provider; what is needed to recognise its answer stays in the session."""
    upstream = upstream_of(slug)
    if upstream is None:
        raise NotThere("identity.upstream.missing")
    oidc_rate.count("upstream", address_of(request), at=clock.now())
    try:
        where = str(endpoints(upstream)["authorize"])
    except UpstreamAway:
        return _failed(request, upstream, "away", 503)
    account: Account | None = request.account or None  # type: ignore[attr-defined]  # - set by city hall
    verifier = secrets.token_urlsafe(48)
    kept = {
        "slug": slug,
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": verifier,
        "next": _next(request),
        "link": account.pk if account and request.session.pop(LINKING, "") == slug else "",
        "at": clock.now().timestamp(),
    }
    request.session[KEPT] = kept
    asked = {
        "response_type": "code",
        "client_id": upstream.client_id,
        "redirect_uri": _redirect_uri(upstream),
        "scope": upstream.scopes,
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": pkce.challenge_of(verifier),
        "code_challenge_method": "S256",
    } | ({"acr_values": upstream.asked_acr} if upstream.asked_acr else {})
    glue = "&" if urlsplit(where).query else "?"
    return HttpResponseRedirect(f"{where}{glue}{urlencode(asked, quote_via=quote)}")


def _is_answer(request: HttpRequest, kept: dict[str, Any], upstream: Upstream) -> bool:
    """Whether this is the answer to what this browser asked, of the one it asked (RFC 9207)."""
    fresh = clock.now().timestamp() - float(kept["at"]) < LIFE_SECONDS
    same = hmac.compare_digest(request.GET.get("state", "").encode(), str(kept["state"]).encode())
    if not (fresh and same and kept["slug"] == upstream.slug):
        return False
    named = request.GET.get("iss")
    if named is None:
        return not endpoints(upstream).get("names_itself", False)
    return named == upstream.issuer


def _person(request: HttpRequest, kept: dict[str, Any], upstream: Upstream) -> Profile:
    """Whom the provider vouches for; OddClaims or UpstreamAway otherwise."""
    if not _is_answer(request, kept, upstream):
        raise OddClaims("the answer belongs to no question of this browser")
    if "error" in request.GET or not request.GET.get("code"):
        raise OddClaims("the provider said no")
    given = tokens(
        upstream,
        code=request.GET["code"],
        verifier=str(kept["verifier"]),
        redirect_uri=_redirect_uri(upstream),
    )
    claims = claims_from(upstream, given, nonce=str(kept["nonce"]))
    return profile(claims, upstream.claims, upstream.assurance)


@signed_in
@never_cache
@require_POST
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """The person wants the other identity to be theirs here, too; only a form of ours can say so."""
    if upstream_of(slug) is None:
        raise NotThere("identity.upstream.missing")
    request.session[LINKING] = slug
    return render(request, "identity/oidc_resume.html", {"next": f"/sign-in/with/{slug}/?next=/me/consents/"})


@public
@never_cache
@require_safe
def back(request: HttpRequest, slug: str) -> HttpResponse:
    """From the provider, once for each time out."""
    upstream = upstream_of(slug)
    kept = request.session.pop(KEPT, None)
    if upstream is None:
        raise NotThere("identity.upstream.missing")
    if not isinstance(kept, dict):
        return _failed(request, upstream, "no_question", 400)
    try:
        person = _person(request, kept, upstream)
    except UpstreamAway:
        return _failed(request, upstream, "away", 503)
    except OddClaims:
        return _failed(request, upstream, "refused" if "error" in request.GET else "odd", 400)
    return _enter(request, upstream, person, kept)


def _enter(request: HttpRequest, upstream: Upstream, person: Profile, kept: dict[str, Any]) -> HttpResponse:
    account: Account | None = request.account or None  # type: ignore[attr-defined]  # - set by city hall
    if kept["link"]:
        if account is None or account.pk != kept["link"]:
            return _failed(request, upstream, "no_question", 400)
        try:
            link_upstream(upstream, account=account, profile=person, at=clock.now())
        except RefusedForm:
            return _failed(request, upstream, "elsewhere", 409)
        return HttpResponseRedirect(str(kept["next"]))
    entered = enter_by_upstream(upstream, profile=person, at=clock.now())
    if entered is None:
        return _failed(request, upstream, "closed", 403)
    sessions.forget(request.session.session_key)
    answer = flows.enter(request, entered, "socialaccount", next_=str(kept["next"]))
    # A second proof may still be due: what the provider vouched for waits in the session until then.
    request.session[VOUCHED] = {"account": entered.pk, "aal": person.aal, "ial": person.ial}
    sessions.vouch(request, ial=person.ial, source=upstream.slug)
    return answer
