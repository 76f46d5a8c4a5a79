# SPDX-License-Identifier: Apache-2.0
"""OpenID4VCI 1.0 and OpenID4VP 1.0 for wallets. Errors have the form that these protocols name, not problem+json."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dothi.documents.actions import credential, presentation, tries
from dothi.documents.actions.status_list import published_keys
from dothi.documents.errors import WalletError
from dothi.documents.rules import credential as rules
from dothi.documents.web import forms

View = Callable[..., HttpResponse]
PER_MINUTE = 60
LARGEST = 200_000


def program(view: View) -> View:
    """For a wallet: counted, kept by no cache, refused in the protocol's words."""

    @csrf_exempt
    @functools.wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.wants_problem = True  # type: ignore[attr-defined]  # - Django requests are meant to be written on
        tries.count(who=forms.origin(request), what="wallet", most=PER_MINUTE, tenant=forms.tenant(request))
        try:
            answer = view(request, *args, **kwargs)
        except WalletError as error:
            status = 401 if error.code == "invalid_token" else 400
            answer = JsonResponse(
                {"error": error.code, "error_description": error.sentence("en")}, status=status
            )
            if status == 401:
                answer["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        answer["Cache-Control"] = "no-store"
        return answer

    return told


def _base() -> str:
    return str(settings.SETTINGS.url)


@require_safe
def issuer_metadata(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(rules.issuer_metadata(_base()))


@require_safe
def server_metadata(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(rules.server_metadata(_base()))


@require_safe
def type_metadata(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(rules.type_metadata(_base()))


@require_safe
def issuer_keys(request: HttpRequest) -> HttpResponse:
    """The keys of the issuer (SD-JWT VC, JWT VC issuer metadata)."""
    keys = published_keys("credential", tenant=forms.tenant(request))
    return JsonResponse({"issuer": rules.issuer(_base()), "jwks": {"keys": keys}})


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """The status list of credentials."""
    body = credential.signed_status(tenant=forms.tenant(request))
    return HttpResponse(
        body, content_type="application/statuslist+jwt", headers={"Cache-Control": "max-age=300"}
    )


@program
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """OpenID4VCI 1.0, 6: a token for a pre-authorised code and its number."""
    if request.POST.get("grant_type") != rules.PRE_AUTHORISED:
        raise WalletError("unsupported_grant_type")
    code, tx_code = request.POST.get("pre-authorized_code", ""), request.POST.get("tx_code", "")
    if not code or not tx_code:
        raise WalletError("invalid_request")
    made = credential.give_token(code=code[:200], tx_code=tx_code[:20])
    seconds = int(rules.TOKEN_LASTS.total_seconds())
    return JsonResponse({"access_token": made, "token_type": "Bearer", "expires_in": seconds})


@program
@require_POST
def nonce(_request: HttpRequest) -> HttpResponse:
    """OpenID4VCI 1.0, 7."""
    return JsonResponse({"c_nonce": credential.new_nonce()})


def _json(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > LARGEST:
        raise WalletError("invalid_credential_request")
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise WalletError("invalid_credential_request") from error
    if not isinstance(found, dict):
        raise WalletError("invalid_credential_request")
    return found


@program
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """OpenID4VCI 1.0, 8: the credential for a token and a proof of the holder's key."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise WalletError("invalid_token")
    asked = _json(request)
    made = credential.issue_credential(
        token=bearer.strip()[:200], kind=asked.get("credential_configuration_id"), proofs=asked.get("proofs")
    )
    return JsonResponse({"credentials": [{"credential": made}]})


@program
@require_safe
def request_object(request: HttpRequest, request_id: str) -> HttpResponse:
    """The signed question (OpenID4VP 1.0, 5)."""
    del request
    body = presentation.signed_request(presentation.open_request(request_id))
    return HttpResponse(body, content_type="application/oauth-authz-req+jwt")


@program
@require_POST
def response(request: HttpRequest, request_id: str) -> HttpResponse:
    """The answer of a wallet (OpenID4VP 1.0, 8.2 direct_post, 8.3.1 direct_post.jwt)."""
    sent = {name: request.POST.get(name, "")[:LARGEST] for name in ("vp_token", "state", "response")}
    presentation.take_answer(request_id=request_id[:60], sent=sent)
    return JsonResponse({})
