# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dothi.broker.door import Key, Reach
from dothi.cityhall.access_tokens import AccessTokens
from dothi.cityhall.verifier import Callers

OURS, THEIRS = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
OTHER_CURVE = ec.generate_private_key(ec.SECP384R1())
ISSUER, AUDIENCE = "https://hue.example", "https://hue.example/ngsi-ld"
PEM = OURS.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


async def find(kid: str) -> ec.EllipticCurvePublicKey | None:
    return {"k1": OURS.public_key()}.get(kid)


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    given = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "s1", "client_id": "gis", "iat": now, "exp": now + 300,
        "scope": "openid broker.read", "tenant": "",
    }  # fmt: skip
    return {name: value for name, value in (given | more).items() if value is not None}


def signed(key: Any = OURS, alg: str = "ES256", headers: dict[str, Any] | None = None, **more: Any) -> str:
    return jwt.encode(
        claims(**more), key, algorithm=alg, headers={"kid": "k1", "typ": "at+jwt", **(headers or {})}
    )


def forged(header: dict[str, Any], sign: Callable[[bytes], bytes], **more: Any) -> str:
    """A token that no library would make."""

    def part(raw: bytes) -> bytes:
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    head = part(json.dumps({"typ": "at+jwt", "kid": "k1", **header}).encode())
    body = head + b"." + part(json.dumps(claims(**more)).encode())
    return (body + b"." + part(sign(body))).decode()


def with_public_key(body: bytes) -> bytes:
    return hmac.new(PEM, body, hashlib.sha256).digest()


def verified(token: str) -> Key | None:
    return asyncio.run(AccessTokens(issuer=ISSUER, audience=AUDIENCE, find=find).verify(token))


def test_token_opens_what_its_scopes_say_when_it_is_good() -> None:
    token = signed(
        scope="broker.read broker.write openid", types=["urn:Lamp"], scopes=["/city/a/"], tenant="hue"
    )

    key = verified(token)

    assert key is not None
    assert (key.id, key.tenant, key.operations) == ("client:gis", "hue", {"read", "write"})
    assert key.reach == Reach(types=frozenset({"urn:Lamp"}), scopes=("/city/a",))
    assert key.ends is not None
    assert key.ends > time.time()


def test_token_opens_nothing_when_no_scope_is_the_brokers() -> None:
    key = verified(signed(scope="openid profile"))

    assert key is not None
    assert key.operations == frozenset()


BAD = {
    "alg none": forged({"alg": "none"}, lambda _: b""),
    "alg None": forged({"alg": "None"}, lambda _: b""),
    "alg none with our signature": forged({"alg": "none"}, lambda _: b"x" * 64),
    "HS256 with the public key": forged({"alg": "HS256"}, with_public_key),
    "ES256 said, HMAC made": forged({"alg": "ES256"}, with_public_key),
    "no alg": forged({"alg": None}, lambda _: b"x" * 64),
    "zero signature": forged({"alg": "ES256"}, lambda _: b"\0" * 64),
    "empty signature": forged({"alg": "ES256"}, lambda _: b""),
    "another key": signed(THEIRS),
    "another curve": signed(OTHER_CURVE, "ES384"),
    "unknown kid": signed(headers={"kid": "k2"}),
    "kid is a path": signed(headers={"kid": "../../dev/null"}),
    "kid is SQL": signed(headers={"kid": "k1' OR '1'='1"}),
    "kid is empty": signed(headers={"kid": ""}),
    "kid is a list": forged({"alg": "ES256", "kid": ["k1"]}, lambda _: b"x" * 64),
    "key brought along": signed(THEIRS, headers={"jwk": {"kty": "EC"}}),
    "key pointed to": signed(THEIRS, headers={"jku": "https://evil.example/jwks"}),
    "certificate pointed to": signed(headers={"x5u": "https://evil.example/c"}),
    "crit": signed(headers={"crit": ["exp"]}),
    "id token": signed(headers={"typ": "JWT"}),
    "wrong audience": signed(aud="https://hue.example/other"),
    "no audience": signed(aud=None),
    "wrong issuer": signed(iss="https://hue.example.evil"),
    "expired": signed(exp=int(time.time()) - 3600),
    "no end": signed(exp=None),
    "not yet": signed(nbf=int(time.time()) + 3600),
    "made in the future": signed(iat=int(time.time()) + 3600),
    "end is a text": signed(exp="tomorrow"),
    "no client": signed(client_id=None),
    "client is a number": signed(client_id=7),
    "limit is a text": signed(types="urn:Lamp"),
    "limit holds numbers": signed(scopes=[1]),
    "scope is a list": signed(scope=["broker.read"]),
    "tenant is a list": signed(tenant=["hue"]),
    "payload changed": "e30".join(signed().rsplit(signed().split(".")[1], 1)),
    "signature cut": signed()[:-4],
    "two parts": "a.b",
    "three empty parts": "..",
    "not base64": "é.é.é",
    "very long": signed(sub="x" * 9_000),
}


@pytest.mark.parametrize("name", BAD)
def test_token_opens_nothing_when_forged(name: str) -> None:
    assert verified(BAD[name]) is None


def test_token_is_not_asked_of_the_keys_when_it_has_the_shape_of_one() -> None:
    """And without a provider such a token opens nothing."""

    class NoBroker:
        """Would fail when asked."""

    token = signed()
    without = Callers(NoBroker(), "secret")  # type: ignore[arg-type]  # - must not be touched
    with_one = Callers(
        NoBroker(),  # type: ignore[arg-type]  # - must not be touched
        "secret",
        AccessTokens(issuer=ISSUER, audience=AUDIENCE, find=find).verify,
    )

    assert asyncio.run(without.key(token)) is None
    assert asyncio.run(with_one.key(token)) is not None


def test_token_ends_when_its_time_comes_though_it_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act() -> list[bool]:
        tokens = AccessTokens(issuer=ISSUER, audience=AUDIENCE, find=find)
        token = signed()
        first = await tokens.verify(token) is not None
        later = time.time() + 301
        monkeypatch.setattr("dothi.cityhall.access_tokens.time.time", lambda: later)
        return [first, await tokens.verify(token) is not None]

    assert asyncio.run(act()) == [True, False]
