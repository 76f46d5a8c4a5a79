# SPDX-License-Identifier: Apache-2.0
"""The signed answers that nats-server wants from whoever decides on logins (its auth callout).

An nkey is an Ed25519 key written in base32 with a kind and a checksum; a token is a JWT signed with it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from typing import Any

from nacl.signing import SigningKey

_ACCOUNT = 0
_HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}


def _checksum(data: bytes) -> int:
    """CRC-16/XMODEM."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Who signs. The key comes from the server's own password, so that both sides know it without a file more."""

    def __init__(self, password: str) -> None:
        self._key = SigningKey(hashlib.sha256(b"dothi mqtt login issuer\0" + password.encode()).digest())
        body = bytes([_ACCOUNT << 3]) + bytes(self._key.verify_key)
        self.public = base64.b32encode(body + _checksum(body).to_bytes(2, "little")).rstrip(b"=").decode()

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a token."""
        whole = {"iss": self.public, "iat": int(time.time()), "jti": secrets.token_hex(16), **claims}
        signed = ".".join(
            _base64(json.dumps(part, separators=(",", ":")).encode()) for part in (_HEADER, whole)
        )
        return f"{signed}.{_base64(self._key.sign(signed.encode()).signature)}"


def claims_of(token: bytes) -> dict[str, Any]:
    """The claims of a token that the server sent over our own private connection; its signature is not needed."""
    body = token.split(b".")[1]
    found = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    if not isinstance(found, dict):
        raise ValueError("Claims are no object")  # noqa: TRY004 - the caller catches malformed input as one
    return found
