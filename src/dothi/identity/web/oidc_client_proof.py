# SPDX-License-Identifier: Apache-2.0
"""Which program asks: a client proves itself by the one way that it has (RFC 6749 2.3, RFC 9700)."""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from dothi.foundation import clock
from dothi.identity.actions import oidc_rate
from dothi.identity.actions.oidc_token import Refused
from dothi.identity.addresses import address_of
from dothi.identity.models import OidcClient
from dothi.identity.queries.oidc_client import client_of
from dothi.identity.rules.oidc_request import Unusable, one_of_each

View = Callable[..., HttpResponseBase]


class ClientUnknown(Refused):
    """The program did not prove that it is a client."""

    def __init__(self, *, by_header: bool) -> None:
        super().__init__(
            "invalid_client", "the client is unknown, or did not prove itself as it is registered to"
        )
        self.by_header = by_header


def body_of(request: HttpRequest) -> dict[str, str]:
    """The parameters of a form, each once; Refused for another kind of body."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Refused("invalid_request", "the body is application/x-www-form-urlencoded")
    try:
        return one_of_each({name: [str(v) for v in values] for name, values in request.POST.lists()})
    except Unusable as error:
        raise Refused(error.error, error.why) from error


def _by_header(header: str) -> tuple[str, str] | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise ClientUnknown(by_header=True) from error
    if not colon:
        raise ClientUnknown(by_header=True)
    return unquote_plus(name), unquote_plus(secret)


def _shown(request: HttpRequest, given: dict[str, str]) -> tuple[str, str, str]:
    """(client id, secret, way); the header and the body are not mixed."""
    header = _by_header(request.headers.get("Authorization", ""))
    if header is None:
        secret = given.get("client_secret", "")
        return given.get("client_id", ""), secret, "client_secret_post" if secret else "none"
    if "client_secret" in given or given.get("client_id", header[0]) != header[0]:
        raise Refused("invalid_request", "the client proves itself in one way at a time")
    return *header, "client_secret_basic"


def proven_client(request: HttpRequest, given: dict[str, str]) -> OidcClient:
    """The client that asks; ClientUnknown, which is counted, when it does not prove that."""
    client_id, secret, way = _shown(request, given)
    at, who = clock.now(), f"{client_id}|{address_of(request)}"
    oidc_rate.check("token_failed", who, at=at)
    client = client_of(client_id)
    good = client is not None and client.auth_method == way
    if client is None or not good or (way != "none" and not client.client.check_secret(secret)):
        oidc_rate.count("token_failed", who, at=at)
        raise ClientUnknown(by_header=way == "client_secret_basic")
    return client


def refusal(error: Refused) -> HttpResponse:
    """An error in the form of RFC 6749 5.2."""
    unknown = isinstance(error, ClientUnknown)
    answer = JsonResponse(
        {"error": error.error, "error_description": error.why}, status=401 if unknown else 400
    )
    if isinstance(error, ClientUnknown) and error.by_header:
        answer["WWW-Authenticate"] = 'Basic realm="dothi"'
    return answer


def for_programs(view: View) -> View:
    """An endpoint that programs call: errors in their form, nothing cached, scripts of any page may read the answer.

    No cookie counts here, so that a foreign page gains nothing that its own server could not ask for.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.wants_problem = True  # type: ignore[attr-defined]  # - Django requests are meant to be written on
        answer: HttpResponseBase
        if request.method == "OPTIONS":
            answer = HttpResponse(status=204)
            answer["Access-Control-Allow-Methods"] = "GET, POST"
            answer["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        else:
            try:
                answer = view(request, *args, **kwargs)
            except Refused as error:
                answer = refusal(error)
        answer.headers.setdefault("Cache-Control", "no-store")
        answer["Access-Control-Allow-Origin"] = "*"
        return answer

    return guarded
