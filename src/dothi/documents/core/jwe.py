# SPDX-License-Identifier: Apache-2.0
"""Opening an encrypted answer of a wallet: JWE compact, ECDH-ES on P-256 with A128GCM or A256GCM (RFC 7516, 7518 4.6)."""

from __future__ import annotations

import json
import struct
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from dothi.documents.core.sd_jwt import BadCredential, public_key, unb64

SIZES = {"A128GCM": 16, "A256GCM": 32}


def _sized(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def agreed(shared: bytes, encryption: str, apu: bytes = b"", apv: bytes = b"") -> bytes:
    """The content key out of the shared secret (RFC 7518 4.6.2)."""
    size = SIZES[encryption]
    info = _sized(encryption.encode()) + _sized(apu) + _sized(apv) + struct.pack(">I", size * 8)
    return ConcatKDFHash(hashes.SHA256(), size, info).derive(shared)


def opened(token: str, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """The JSON inside; BadCredential when it was not made for this key."""
    parts = token.split(".")
    if len(parts) != 5 or parts[1]:
        raise BadCredential("encryption")
    try:
        head = json.loads(unb64(parts[0]))
        if head.get("alg") != "ECDH-ES" or head.get("enc") not in SIZES or "zip" in head:
            raise BadCredential("encryption")
        shared = key.exchange(ec.ECDH(), public_key(head.get("epk")))
        secret = agreed(shared, head["enc"], unb64(head.get("apu", "")), unb64(head.get("apv", "")))
        nonce, body, tag = (unb64(part) for part in parts[2:])
        found = json.loads(AESGCM(secret).decrypt(nonce, body + tag, parts[0].encode("ascii")))
    except (ValueError, InvalidTag, AttributeError, TypeError) as error:
        raise BadCredential("encryption") from error
    if not isinstance(found, dict):
        raise BadCredential("encryption")
    return found
