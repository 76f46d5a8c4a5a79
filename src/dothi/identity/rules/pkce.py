# SPDX-License-Identifier: Apache-2.0
"""Proof key for code exchange (RFC 7636), S256 only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def is_challenge(text: str) -> bool:
    return _CHALLENGE.fullmatch(text) is not None


def challenge_of(verifier: str) -> str:
    return base64url(hashlib.sha256(verifier.encode("ascii")).digest())


def matches(verifier: str, challenge: str) -> bool:
    """Whether the verifier is well formed and the one that the challenge was made of."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)
