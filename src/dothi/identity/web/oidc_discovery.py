# SPDX-License-Identifier: Apache-2.0
"""What clients read first: where things are, what is offered, which keys sign (RFC 8414, OpenID Connect Discovery)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from dothi.foundation import clock
from dothi.identity.actions.oidc_key import ensure_keys
from dothi.identity.gates import public
from dothi.identity.queries.oidc_key import ALGORITHM, published_keys
from dothi.identity.rules import acr, oidc_client, oidc_scope
from dothi.identity.web.oidc_client_proof import for_programs
from dothi.identity.web.oidc_token import GRANTS


def metadata(issuer: str) -> dict[str, Any]:
    """Only what is true of this server."""
    methods = list(oidc_client.METHODS)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oidc/authorize",
        "token_endpoint": f"{issuer}/oidc/token",
        "userinfo_endpoint": f"{issuer}/oidc/userinfo",
        "jwks_uri": f"{issuer}/oidc/jwks",
        "revocation_endpoint": f"{issuer}/oidc/revoke",
        "pushed_authorization_request_endpoint": f"{issuer}/oidc/par",
        "device_authorization_endpoint": f"{issuer}/oidc/device",
        "end_session_endpoint": f"{issuer}/oidc/logout",
        "require_pushed_authorization_requests": False,
        "scopes_supported": list(dict.fromkeys([*oidc_scope.SCOPES, *oidc_scope.BROKER])),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": list(acr.LEVELS),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": [
            *("iss", "sub", "aud", "iat", "exp", "auth_time", "acr", "amr", "nonce", "sid", "at_hash"),
            *("name", "email", "email_verified"),
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": ["vi", "en"],
    }


@public
@for_programs
@require_safe
def discovery(request: HttpRequest) -> HttpResponse:
    del request
    answer = JsonResponse(metadata(str(settings.SETTINGS.url)))
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


@public
@for_programs
@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """The next key stands here before it signs, so that clients know it by then."""
    del request
    at = clock.now()
    ensure_keys(at=at)
    answer = JsonResponse({"keys": published_keys(at=at)})
    answer["Cache-Control"] = "public, max-age=900"
    return answer
