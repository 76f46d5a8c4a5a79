# SPDX-License-Identifier: Apache-2.0
"""SD-JWT (RFC 9901) with ES256: issued with flat claims that can be shown one by one, and verified with the holder's key."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

TYPE, KEY_BINDING_TYPE = "dc+sd-jwt", "kb+jwt"
MOST_CHARACTERS, MOST_DISCLOSURES = 100_000, 100
LEEWAY = 300
"""Seconds that a holder's clock may differ."""
_RESERVED = {"_sd", "...", "_sd_alg"}


class BadCredential(Exception):
    """A credential or presentation that is not to be believed; the text is a short word for the reason."""


class Shown(msgspec.Struct, frozen=True):
    """What a presentation proves. `claims`: without what the format itself needs."""

    claims: dict[str, Any]
    issuer: str
    type: str
    status: dict[str, Any]
    holder: dict[str, Any]


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """BadCredential when it is not base64url as it must be written."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise BadCredential("base64") from error
    if b64(raw) != text:
        raise BadCredential("base64")
    return raw


def digest(text: str) -> str:
    return b64(hashlib.sha256(text.encode("ascii")).digest())


def thumbprint(jwk: dict[str, Any]) -> str:
    """RFC 7638."""
    needed = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return b64(hashlib.sha256(json.dumps(needed, sort_keys=True, separators=(",", ":")).encode()).digest())


def public_key(jwk: Any) -> ec.EllipticCurvePublicKey:
    """A public key of P-256; BadCredential for anything else, a private key too."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or "d" in jwk:
        raise BadCredential("key")
    try:
        found = jwt.algorithms.ECAlgorithm.from_jwk(jwk)
    except (jwt.InvalidKeyError, ValueError, TypeError) as error:
        raise BadCredential("key") from error
    if not isinstance(found, ec.EllipticCurvePublicKey):
        raise BadCredential("key")
    return found


def issue(
    claims: dict[str, Any],
    *,
    key: ec.EllipticCurvePrivateKey,
    headers: dict[str, Any],
    plain: dict[str, Any],
) -> str:
    """An SD-JWT: `claims` can be shown one by one, `plain` is always seen."""
    disclosures = [
        b64(json.dumps([b64(secrets.token_bytes(16)), name, value], ensure_ascii=False).encode())
        for name, value in claims.items()
    ]
    body = {**plain, "_sd_alg": "sha-256", "_sd": sorted(digest(one) for one in disclosures)}
    signed = jwt.encode(body, key, algorithm="ES256", headers={"typ": TYPE, **headers})
    return "~".join([signed, *disclosures, ""])


def _signed(token: str, key: Any, kind: str) -> dict[str, Any]:
    """The payload of a JWT of one type, signed with ES256."""
    try:
        if jwt.get_unverified_header(token).get("typ") != kind:
            raise BadCredential("type")
        found: dict[str, Any] = jwt.decode(
            token, key, algorithms=["ES256"],
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise BadCredential("signature") from error
    return found


def _disclosed(body: dict[str, Any], disclosures: list[str]) -> dict[str, Any]:
    """The claims; every disclosure must belong to the credential, and once only (RFC 9901 7.1)."""
    waiting = body.get("_sd", [])
    if not isinstance(waiting, list) or len(set(map(str, waiting))) != len(waiting):
        raise BadCredential("disclosure")
    if body.get("_sd_alg", "sha-256") != "sha-256" or len(set(disclosures)) != len(disclosures):
        raise BadCredential("disclosure")
    found: dict[str, Any] = {}
    for one in disclosures:
        if digest(one) not in waiting:
            raise BadCredential("disclosure")
        try:
            parts = json.loads(unb64(one))
        except ValueError as error:
            raise BadCredential("disclosure") from error
        if not (isinstance(parts, list) and len(parts) == 3 and isinstance(parts[1], str)):
            raise BadCredential("disclosure")
        if parts[1] in _RESERVED or parts[1] in body or parts[1] in found:
            raise BadCredential("disclosure")
        found[parts[1]] = parts[2]
    return found


def _in_time(body: dict[str, Any], at: datetime) -> None:
    now = at.timestamp()
    end, beginning = body.get("exp", now + 1), body.get("nbf", now)
    if not (isinstance(end, int | float) and isinstance(beginning, int | float)):
        raise BadCredential("time")
    if now >= end or now < beginning - LEEWAY:
        raise BadCredential("time")


def _bound(token: str, presented: str, jwk: Any, *, audience: str, nonce: str, at: datetime) -> None:
    """The holder's own signature over what he shows, for this one request (RFC 9901 4.3)."""
    body = _signed(token, public_key(jwk), KEY_BINDING_TYPE)
    if body.get("aud") != audience:
        raise BadCredential("audience")
    if body.get("nonce") != nonce:
        raise BadCredential("nonce")
    issued = body.get("iat")
    if not isinstance(issued, int) or abs(at.timestamp() - issued) > LEEWAY:
        raise BadCredential("time")
    if body.get("sd_hash") != digest(presented):
        raise BadCredential("binding")


def verify(token: str, *, issuer_keys: dict[str, Any], audience: str, nonce: str, at: datetime) -> Shown:
    """What a presentation proves; BadCredential otherwise. `issuer_keys`: public keys by their `kid`."""
    if len(token) > MOST_CHARACTERS or not token.isascii() or "~" not in token:
        raise BadCredential("size")
    signed, *disclosures, binding = token.split("~")
    if not binding:
        raise BadCredential("binding")
    if len(disclosures) > MOST_DISCLOSURES:
        raise BadCredential("size")
    try:
        kid = jwt.get_unverified_header(signed).get("kid")
    except jwt.PyJWTError as error:
        raise BadCredential("signature") from error
    if not isinstance(kid, str) or kid not in issuer_keys:
        raise BadCredential("issuer")
    body = _signed(signed, issuer_keys[kid], TYPE)
    _in_time(body, at)
    claims = _disclosed(body, disclosures)
    holder = body.get("cnf", {}).get("jwk") if isinstance(body.get("cnf"), dict) else None
    _bound(binding, token[: -len(binding)], holder, audience=audience, nonce=nonce, at=at)
    assert isinstance(holder, dict)
    status = body.get("status")
    return Shown(
        claims, str(body.get("iss")), str(body.get("vct")), status if isinstance(status, dict) else {}, holder
    )
