# SPDX-License-Identifier: Apache-2.0
"""A client sends a person here to sign out of the city, too (RP-Initiated Logout 1.0). They are asked, mostly."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock, ticket
from dothi.identity import flows
from dothi.identity.errors import BadRequest
from dothi.identity.gates import public
from dothi.identity.models import OidcClient
from dothi.identity.queries.oidc_client import client_of, post_logout_uris, subject_of
from dothi.identity.queries.oidc_key import own_token
from dothi.identity.rules.oidc_client import origin_of
from dothi.identity.web.oidc_authorize import Back, policy_for


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What a client asked for. `subject`: whom it means, when it showed a token of ours."""

    client: OidcClient | None
    subject: str
    uri: str
    state: str


def _leaving(given: QueryDict) -> Leaving:
    """BadRequest when an address is named that this client does not have: nobody is sent to a place unknown."""
    hint = given.get("id_token_hint", "")
    claims = own_token(hint, issuer=str(settings.SETTINGS.url), at=clock.now()) if hint else None
    if hint and claims is None:
        raise BadRequest("identity.oidc.hint_bad")
    audience = str(claims["aud"]) if claims else ""
    named = given.get("client_id", "")
    if audience and named and audience != named:
        raise BadRequest("identity.oidc.hint_bad")
    client = client_of(named or audience) if named or audience else None
    uri = given.get("post_logout_redirect_uri", "")
    if uri and (client is None or uri not in post_logout_uris(client)):
        raise BadRequest("identity.oidc.redirect_unknown")
    state = given.get("state", "")[:2048]
    return Leaving(client=client, subject=str(claims["sub"]) if claims else "", uri=uri, state=state)


def _gone(leaving: Leaving, request: HttpRequest) -> HttpResponse:
    answer = _farewell(leaving, request)
    ticket.forget(answer.delete_cookie)
    return answer


def _farewell(leaving: Leaving, request: HttpRequest) -> HttpResponse:
    if not leaving.uri:
        return render(request, "identity/oidc_signed_out.html", {"client": leaving.client, "account": None})
    glue = "&" if urlsplit(leaving.uri).query else "?"
    state = urlencode({"state": leaving.state}, quote_via=quote) if leaving.state else ""
    return Back(f"{leaving.uri}{glue}{state}" if state else leaving.uri)


@csrf_exempt
@public
@never_cache
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """Ask; without a question only when a token of ours shows that the client means who is signed in."""
    given = request.POST if request.method == "POST" else request.GET
    leaving = _leaving(given)
    account = request.account or None  # type: ignore[attr-defined]  # - set by city hall
    if account is None:
        return _gone(leaving, request)
    if leaving.client and leaving.subject and leaving.subject == subject_of(leaving.client, account.pk):
        flows.sign_out(request)
        return _gone(leaving, request)
    names = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
    kept = {name: given[name] for name in names if name in given}
    answer = render(request, "identity/oidc_sign_out.html", {"client": leaving.client, "kept": kept})
    if leaving.uri:
        answer["Content-Security-Policy"] = policy_for(origin_of(leaving.uri))
    return answer


@public
@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The person's answer: out of the city, or stay."""
    leaving = _leaving(request.POST)
    if request.POST.get("decision") == "leave":
        flows.sign_out(request)
    return _gone(leaving, request)
