# SPDX-License-Identifier: Apache-2.0
"""A passkey in software: what an authenticator does (WebAuthn 2, clause 6), with each step open to be done wrongly."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cbor import encode
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class SoftwareKey:
    """One key for one account of one city."""

    def __init__(self, *, rp_id: str = "localhost", origin: str = "http://localhost:8080") -> None:
        self.rp_id, self.origin = rp_id, origin
        self.id = os.urandom(16)
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.counter = 0
        self.flags = PRESENT | VERIFIED
        self.handle = b""
        self.algorithm = -7

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _head(self, flags: int) -> bytes:
        self.counter += 1
        rp = hashlib.sha256(self.rp_id.encode()).digest()
        return rp + bytes([flags]) + self.counter.to_bytes(4, "big")

    def add(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        asked = options["publicKey"]
        self.handle = base64.urlsafe_b64decode(asked["user"]["id"] + "==")
        public = encode(dict(ES256.from_cryptography_key(self.private.public_key())) | {3: self.algorithm})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._head(self.flags | ATTESTED) + attested
        answer = {
            "clientDataJSON": b64(self._client_data("webauthn.create", asked["challenge"])),
            "attestationObject": b64(encode({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._json(answer)

    def show(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.get`."""
        client = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        data = self._head(self.flags)
        signed = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(signed),
            "userHandle": b64(self.handle),
        }
        return self._json(answer)

    def _json(self, answer: dict[str, str]) -> str:
        known = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key"}
        return json.dumps(known | {"clientExtensionResults": {}, "response": answer})


def options(browser: Client, address: str) -> dict[str, Any]:
    """The challenge that a page asks for."""
    answer = browser.post(address, headers={"accept": "application/json"})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def enrol(browser: Client, key: SoftwareKey, address: str = "/sign-in/first-passkey/") -> Any:
    """Make a passkey on the page at `address`."""
    made = key.add(options(browser, f"{address}options/"))
    return browser.post(address, {"credential": made, "name": ""})


def sign_in_by(browser: Client, key: SoftwareKey, next_: str = "") -> Any:
    """Sign in by the passkey alone, as the page does."""
    shown = key.show(options(browser, "/sign-in/passkey/options/"))
    return browser.post("/sign-in/passkey/", {"credential": shown, "next": next_})
