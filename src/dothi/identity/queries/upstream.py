# SPDX-License-Identifier: Apache-2.0
"""Providers of identities that the city believes, and what they answer."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt
from django.core.cache import cache

from dothi.identity import outgoing, vault
from dothi.identity.errors import UpstreamAway
from dothi.identity.models import Account, Upstream, UpstreamLink
from dothi.identity.queries.oidc_client import PAIRWISE
from dothi.identity.rules import pkce, subject
from dothi.identity.rules.upstream import OddClaims

SECRET = "upstream secret"  # noqa: S105 - a purpose, no secret
ALGORITHMS = ["ES256", "ES384", "RS256", "PS256", "EdDSA"]
FRESH_SECONDS = 600
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@functools.cache
def presets() -> dict[str, dict[str, Any]]:
    """What a new provider begins with; none is proven with the body itself."""
    found: dict[str, dict[str, Any]] = json.loads(
        (Path(__file__).parents[1] / "upstream_presets.json").read_text("utf-8")
    )
    return found


def upstreams() -> list[Upstream]:
    return list(Upstream.objects.order_by("name"))


def open_upstreams() -> list[Upstream]:
    """Those that a person may choose to sign in by."""
    return list(Upstream.objects.filter(is_on=True).order_by("name"))


def links_of(account_id: str) -> list[tuple[Upstream, bool]]:
    """Each provider that is open, and whether this person is linked to it."""
    linked = set(UpstreamLink.objects.filter(account_id=account_id).values_list("upstream_id", flat=True))
    return [(one, one.pk in linked) for one in open_upstreams()]


def upstream_of(slug: str) -> Upstream | None:
    return Upstream.objects.filter(slug=slug, is_on=True).first()


def hash_of_subject(upstream: Upstream, found: str) -> str:
    secret = vault.key_for(PAIRWISE)
    return subject.upstream_subject(secret, upstream=f"{upstream.tenant}/{upstream.slug}", subject=found)


def known_account(upstream: Upstream, found: str) -> Account | None:
    """Whom this subject was linked to; also one that is no longer active."""
    link = UpstreamLink.objects.select_related("account").filter(
        upstream=upstream, subject_hash=hash_of_subject(upstream, found)
    )
    first = link.first()
    return first.account if first else None


def _json(upstream: Upstream, method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        answer = outgoing.call(method, url, **more)
        found = json.loads(answer.body) if answer.status == 200 else None
    except (outgoing.Unreachable, ValueError) as error:
        raise UpstreamAway(upstream.name) from error
    if not isinstance(found, dict):
        raise UpstreamAway(upstream.name)
    return found


def _cache_key(upstream: Upstream, url: str) -> str:
    return f"upstream:{upstream.pk}:{pkce.base64url(url.encode())[-150:]}"


def _fresh(upstream: Upstream, url: str) -> dict[str, Any]:
    """A document of the provider, not asked for at each sign-in."""
    key = _cache_key(upstream, url)
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = _json(upstream, "GET", url)
        cache.set(key, found, FRESH_SECONDS)
    return found


def endpoints(upstream: Upstream) -> dict[str, Any]:
    """Where to ask, by the provider's own metadata or by configuration; the metadata must be the issuer's own."""
    if upstream.protocol != "oidc":
        return dict(upstream.endpoints)
    found = _fresh(upstream, f"{upstream.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != upstream.issuer:
        raise UpstreamAway(upstream.name)
    names = {
        "authorize": "authorization_endpoint",
        "token": "token_endpoint",
        "userinfo": "userinfo_endpoint",
        "jwks": "jwks_uri",
    }
    known: dict[str, Any] = {ours: str(found.get(theirs, "")) for ours, theirs in names.items()}
    return known | {"names_itself": found.get("authorization_response_iss_parameter_supported") is True}


def tokens(upstream: Upstream, *, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
    """What the provider gives for a code; OddClaims when it refuses the code."""
    secret = vault.unseal(bytes(upstream.sealed_secret), use=SECRET, name=upstream.slug).decode()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    basic = base64.b64encode(f"{quote_plus(upstream.client_id)}:{quote_plus(secret)}".encode()).decode()
    address = str(endpoints(upstream)["token"])
    try:
        answer = outgoing.call(
            "POST",
            address,
            body=urlencode(form).encode(),
            headers=_FORM | {"Authorization": f"Basic {basic}"},
        )
        found = json.loads(answer.body)
    except (outgoing.Unreachable, ValueError) as error:
        raise UpstreamAway(upstream.name) from error
    if answer.status in {400, 401}:
        raise OddClaims("the code was refused")
    if answer.status != 200 or not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
        raise UpstreamAway(upstream.name)
    return found


def _keys(upstream: Upstream, kid: Any, *, anew: bool = False) -> list[dict[str, Any]]:
    """The provider's public keys of that name. `anew`: it may have changed them since we asked."""
    address = str(endpoints(upstream)["jwks"])
    if anew:
        cache.delete(_cache_key(upstream, address))
    listed = _fresh(upstream, address).get("keys", [])
    keys = [k for k in listed if isinstance(k, dict) and k.get("kty") != "oct" and k.get("use") != "enc"]
    return [k for k in keys if k.get("kid") == kid] if kid is not None else keys


def _id_claims(upstream: Upstream, token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token that is this provider's, for us, now and for this sign-in; else OddClaims."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        chosen = _keys(upstream, kid) or _keys(upstream, kid, anew=True)
        if len(chosen) != 1:
            raise OddClaims("no key of that name")
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(chosen[0]),
            algorithms=ALGORITHMS,
            audience=upstream.client_id,
            issuer=upstream.issuer,
            leeway=30,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except (jwt.PyJWTError, KeyError, TypeError, AttributeError) as error:
        raise OddClaims("the ID token is not good") from error
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != upstream.client_id:
        raise OddClaims("the ID token is for another")
    if claims.get("nonce") != nonce:
        raise OddClaims("the ID token is of another sign-in")
    return claims


def claims_from(upstream: Upstream, given: Mapping[str, Any], *, nonce: str) -> dict[str, Any]:
    """All that the provider says of the person; what was signed counts more than what was asked for."""
    signed: dict[str, Any] = {}
    if upstream.protocol == "oidc":
        if not isinstance(given.get("id_token"), str):
            raise OddClaims("no ID token")
        signed = _id_claims(upstream, given["id_token"], nonce)
    address = str(endpoints(upstream).get("userinfo", ""))
    if not address:
        return signed
    headers = {"Authorization": f"Bearer {given['access_token']}", "Accept": "application/json"}
    told = _json(upstream, "GET", address, headers=headers)
    if signed and told.get("sub") != signed["sub"]:
        raise OddClaims("the profile is another person's")
    return told | signed
