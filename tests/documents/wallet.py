# SPDX-License-Identifier: Apache-2.0
"""A wallet that speaks OpenID4VCI 1.0 and OpenID4VP 1.0 by HTTP, and knows nothing of our code."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import time
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from django.http import HttpResponse
from django.test import Client

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def as_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    return dict(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


class Wallet:
    def __init__(self) -> None:
        self.http = Client()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential = ""

    def path(self, url: str) -> str:
        return "/" + url.split("/", 3)[3]

    def metadata(self, issuer: str) -> dict[str, Any]:
        where = self.path(f"{issuer}/")
        found = self.http.get(f"/.well-known/openid-credential-issuer{where}".rstrip("/")).json()
        server = self.http.get(f"/.well-known/oauth-authorization-server{where}".rstrip("/")).json()
        assert found["credential_issuer"] == server["issuer"] == issuer
        return {**found, **server}

    def token(self, offer: dict[str, Any], tx_code: str, **more: str) -> HttpResponse:
        known = self.metadata(offer["credential_issuer"])
        code = offer["grants"][GRANT]["pre-authorized_code"]
        sent = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": tx_code, **more}
        return self.http.post(self.path(known["token_endpoint"]), sent)

    def nonce(self) -> str:
        return str(self.http.post("/credentials/nonce").json()["c_nonce"])

    def proof(self, issuer: str, nonce: str, **changes: Any) -> str:
        body = {"aud": issuer, "iat": int(time.time()), "nonce": nonce, **changes.get("body", {})}
        head = {"typ": "openid4vci-proof+jwt", "jwk": as_jwk(self.key), **changes.get("head", {})}
        return jwt.encode(body, changes.get("key", self.key), algorithm="ES256", headers=head)

    def ask(self, issuer: str, token: str, proof: str, kind: str = "residence_confirmation") -> HttpResponse:
        known = self.metadata(issuer)
        return self.http.post(
            self.path(known["credential_endpoint"]),
            {"credential_configuration_id": kind, "proofs": {"jwt": [proof]}},
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )

    def fetch(self, offer: dict[str, Any], tx_code: str) -> str:
        issuer = offer["credential_issuer"]
        token = self.token(offer, tx_code).json()["access_token"]
        answer = self.ask(issuer, token, self.proof(issuer, self.nonce()))
        assert answer.status_code == 200, answer.content
        self.credential = answer.json()["credentials"][0]["credential"]
        return self.credential

    def claims(self) -> dict[str, str]:
        """All that the credential can show: name to disclosure."""
        return {json.loads(unb64(one))[1]: one for one in self.credential.split("~")[1:-1]}

    def question(self, request_id: str) -> dict[str, Any]:
        """The request object, checked as a wallet must: signed by the certificate that the client id names."""
        raw = self.http.get(f"/credentials/request/{request_id}")
        assert raw["Content-Type"] == "application/oauth-authz-req+jwt"
        token = raw.content.decode()
        leaf = base64.b64decode(jwt.get_unverified_header(token)["x5c"][0])
        public = x509.load_der_x509_certificate(leaf).public_key()
        found = dict(jwt.decode(token, public, algorithms=["ES256"], audience="https://self-issued.me/v2"))  # type: ignore[arg-type]  # - a key of P-256
        assert found["client_id"] == f"x509_hash:{b64(hashlib.sha256(leaf).digest())}"
        return found

    def present(self, question: dict[str, Any], **changes: Any) -> str:
        """The credential with the claims that are asked for, bound to this question."""
        wanted = [one["path"][0] for one in question["dcql_query"]["credentials"][0]["claims"]]
        disclosures = changes.get("disclosures", [self.claims()[name] for name in wanted])
        shown = "~".join([changes.get("signed", self.credential.split("~")[0]), *disclosures, ""])
        body = {
            "aud": question["client_id"],
            "nonce": question["nonce"],
            "iat": int(time.time()),
            "sd_hash": b64(hashlib.sha256(shown.encode()).digest()),
            **changes.get("body", {}),
        }
        head = {"typ": "kb+jwt", **changes.get("head", {})}
        return shown + jwt.encode(body, changes.get("key", self.key), algorithm="ES256", headers=head)

    def answer(self, question: dict[str, Any], presentation: str, **changes: Any) -> HttpResponse:
        sent = {"vp_token": json.dumps({"residence": [presentation]}), "state": question["state"], **changes}
        if question["response_mode"] == "direct_post.jwt":
            inside = {"vp_token": {"residence": [presentation]}, "state": question["state"], **changes}
            sent = {"response": encrypted(inside, question["client_metadata"])}
        return self.http.post(self.path(question["response_uri"]), sent)


def encrypted(inside: dict[str, Any], metadata: dict[str, Any], encryption: str = "A256GCM") -> str:
    """JWE with ECDH-ES for the key in the metadata of who asks."""
    assert encryption in metadata["encrypted_response_enc_values_supported"]
    theirs = jwt.algorithms.ECAlgorithm.from_jwk(metadata["jwks"]["keys"][0])
    mine = ec.generate_private_key(ec.SECP256R1())
    head = b64(json.dumps({"alg": "ECDH-ES", "enc": encryption, "epk": as_jwk(mine), "kid": "1"}).encode())
    info = struct.pack(">I", 7) + encryption.encode() + struct.pack(">II", 0, 0) + struct.pack(">I", 256)
    assert isinstance(theirs, ec.EllipticCurvePublicKey)
    key = ConcatKDFHash(hashes.SHA256(), 32, info).derive(mine.exchange(ec.ECDH(), theirs))
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(inside).encode(), head.encode())
    return ".".join([head, "", b64(nonce), b64(sealed[:-16]), b64(sealed[-16:])])
