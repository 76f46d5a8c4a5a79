# SPDX-License-Identifier: Apache-2.0
"""Endpoints that clients call without a person: tokens, pushed requests, revocation, devices, who it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dothi.foundation import clock
from dothi.identity.actions import oidc_device, oidc_rate, oidc_token
from dothi.identity.actions.oidc_client import DEVICE_GRANT, MACHINE_GRANT
from dothi.identity.actions.oidc_pushed import LIFE, push_request
from dothi.identity.actions.oidc_token import Given, Refused
from dothi.identity.addresses import address_of
from dothi.identity.gates import public
from dothi.identity.models import OidcClient, OidcGrant
from dothi.identity.queries.claims import claims_of
from dothi.identity.queries.oidc_client import asking
from dothi.identity.queries.oidc_grant import good_access
from dothi.identity.rules import acr, oidc_request, oidc_scope, user_code
from dothi.identity.web.oidc_client_proof import body_of, for_programs, proven_client


def _issuer() -> str:
    return str(settings.SETTINGS.url)


def _needed(given: dict[str, str], name: str) -> str:
    if name not in given:
        raise Refused("invalid_request", f"{name} is missing")
    return given[name]


def _by_code(client: OidcClient, given: dict[str, str]) -> Given:
    return oidc_token.exchange_code(
        client,
        code=_needed(given, "code"),
        redirect_uri=_needed(given, "redirect_uri"),
        verifier=_needed(given, "code_verifier"),
        issuer=_issuer(),
        at=clock.now(),
    )


def _by_refresh(client: OidcClient, given: dict[str, str]) -> Given:
    scopes = tuple(given["scope"].split()) if "scope" in given else None
    return oidc_token.refresh_tokens(
        client, refresh=_needed(given, "refresh_token"), scopes=scopes, issuer=_issuer(), at=clock.now()
    )


def _by_device(client: OidcClient, given: dict[str, str]) -> Given:
    code = _needed(given, "device_code")
    return oidc_device.poll_device(client, device_code=code, issuer=_issuer(), at=clock.now())


def _by_itself(client: OidcClient, given: dict[str, str]) -> Given:
    scopes = tuple(given["scope"].split()) if "scope" in given else None
    return oidc_token.machine_token(client, scopes=scopes, issuer=_issuer(), at=clock.now())


GRANTS = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
    DEVICE_GRANT: _by_device,
    MACHINE_GRANT: _by_itself,
}


def _told(given: Given) -> JsonResponse:
    body: dict[str, Any] = {
        "access_token": given.access,
        "token_type": "Bearer",
        "expires_in": given.seconds,
        "scope": " ".join(given.scopes),
    }
    more = {"id_token": given.id_token, "refresh_token": given.refresh}
    return JsonResponse(body | {name: value for name, value in more.items() if value})


@csrf_exempt
@public
@for_programs
@sensitive_post_parameters()
@require_http_methods(["POST"])
def token(request: HttpRequest) -> HttpResponse:
    """Tokens for a code, a refresh token, a device code, or the client itself (RFC 6749 3.2)."""
    oidc_rate.count("token", address_of(request), at=clock.now())
    given = body_of(request)
    client = proven_client(request, given)
    kind = _needed(given, "grant_type")
    if kind not in GRANTS:
        raise Refused("unsupported_grant_type", "grant_type is not offered here")
    if kind not in client.client.get_grant_types():
        raise Refused("unauthorized_client", "this client was not given this grant_type")
    return _told(GRANTS[kind](client, given))


@csrf_exempt
@public
@for_programs
@require_http_methods(["POST"])
def par(request: HttpRequest) -> HttpResponse:
    """Take an authorization request from the client itself (RFC 9126)."""
    oidc_rate.count("par", address_of(request), at=clock.now())
    given = body_of(request)
    client = proven_client(request, given)
    parameters = {n: v for n, v in given.items() if n != "client_secret"} | {"client_id": client.pk}
    try:
        oidc_request.read({name: [value] for name, value in parameters.items()}, asking(client))
    except oidc_request.Unusable as error:
        raise Refused(error.error, error.why) from error
    uri = push_request(client, parameters=parameters, at=clock.now())
    return JsonResponse({"request_uri": uri, "expires_in": int(LIFE.total_seconds())}, status=201)


@csrf_exempt
@public
@for_programs
@require_http_methods(["POST"])
def revoke(request: HttpRequest) -> HttpResponse:
    """A token is handed back (RFC 7009)."""
    oidc_rate.count("token", address_of(request), at=clock.now())
    given = body_of(request)
    client = proven_client(request, given)
    oidc_token.revoke_token(client, value=_needed(given, "token"), at=clock.now())
    return HttpResponse(status=200)


@csrf_exempt
@public
@for_programs
@require_http_methods(["POST"])
def device_code(request: HttpRequest) -> HttpResponse:
    """A kiosk or counter asks for a code to show (RFC 8628 3.1)."""
    oidc_rate.count("device", address_of(request), at=clock.now())
    given = body_of(request)
    client = proven_client(request, given)
    if DEVICE_GRANT not in client.client.get_grant_types():
        raise Refused("unauthorized_client", "this client is no device")
    asked = given.get("scope", "openid").split()
    if "openid" not in asked or not set(asked) <= asking(client).scopes:
        raise Refused("invalid_scope", "scope holds openid, and nothing that this client may not ask for")
    made = oidc_device.begin_device(client, scopes=oidc_scope.ordered(asked), at=clock.now())
    page, shown = f"{_issuer()}/device/", user_code.shown(made.user_code)
    return JsonResponse(
        {
            "device_code": made.device_code,
            "user_code": shown,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={shown}",
            "expires_in": int(user_code.LIFE.total_seconds()),
            "interval": user_code.INTERVAL,
        }
    )


def _challenge(error: str, why: str, **more: str) -> HttpResponse:
    """RFC 6750 3, RFC 9470 3."""
    words = {"error": error, "error_description": why, **more} if error else {}
    answer = JsonResponse(words, status=403 if error == "insufficient_scope" else 401)
    answer["WWW-Authenticate"] = ", ".join(
        ['Bearer realm="dothi"', *(f'{n}="{v}"' for n, v in words.items())]
    )
    return answer


def _too_weak(grant: OidcGrant, client: OidcClient) -> HttpResponse | None:
    """What the client shall ask for anew, when the sign-in was too weak or is too old by now."""
    limit = client.max_age or None
    if client.least_acr not in grant.reached.split():
        more = {"acr_values": client.least_acr} | ({"max_age": str(limit)} if limit else {})
        return _challenge("insufficient_user_authentication", "a stronger sign-in is needed", **more)
    if acr.is_too_old(grant.auth_time, limit, at=clock.now()):
        return _challenge("insufficient_user_authentication", "a newer sign-in is needed", max_age=str(limit))
    return None


@csrf_exempt
@public
@for_programs
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """What the person allowed this client to know (OpenID Connect Core 5.3)."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        return _challenge("", "")
    found = good_access(value.strip(), at=clock.now())
    client = OidcClient.objects.filter(pk=found[1].client_id, revoked_at=None).first() if found else None
    if found is None or client is None:
        return _challenge("invalid_token", "the token is unknown, has expired or was ended")
    row, grant = found
    return _too_weak(grant, client) or JsonResponse(claims_of(client, grant.account, row.get_scopes()))
