# SPDX-License-Identifier: Apache-2.0
"""Remote signing by the API of the Cloud Signature Consortium (2.0, 11.9 signatures/signHash): the key stays there."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import urllib.request
from typing import Any

from asn1crypto import algos, x509
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

PATIENCE = 20.0
LARGEST = 1_000_000
SHA256 = "2.16.840.1.101.3.4.2.1"
MECHANISMS = {"ec": ("sha256_ecdsa", "1.2.840.10045.4.3.2"), "rsa": ("sha256_rsa", "1.2.840.113549.1.1.11")}


class RemoteSigner(Signer):
    """Sends hashes, never documents."""

    def __init__(self, *, chain: list[x509.Certificate], service: str, credential: str, token: str) -> None:
        kind = chain[0].public_key.algorithm
        self._mechanism = MECHANISMS[kind]
        self._service, self._credential, self._token = service.rstrip("/"), credential, token
        store = SimpleCertificateStore()
        store.register_multiple(chain[1:])
        super().__init__(
            signing_cert=chain[0],
            cert_registry=store,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": self._mechanism[0]}),
        )

    def _ask(self, digest: bytes) -> bytes:
        asked: dict[str, Any] = {
            "credentialID": self._credential,
            "hashes": [base64.b64encode(digest).decode("ascii")],
            "hashAlgorithmOID": SHA256,
            "signAlgo": self._mechanism[1],
        }
        request = urllib.request.Request(  # noqa: S310 - the administrator names the service
            f"{self._service}/signatures/signHash",
            data=json.dumps(asked).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - same
                found = json.loads(answer.read(LARGEST))
            return base64.b64decode(found["signatures"][0], validate=True)
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            raise SigningError("The signing service does not sign") from error

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's shape
        if dry_run:
            return bytes(512)
        if digest_algorithm != "sha256":
            raise SigningError("Only SHA-256 is signed")
        return await asyncio.to_thread(self._ask, hashlib.sha256(data).digest())
