# SPDX-License-Identifier: Apache-2.0
"""Names of people that differ from client to client (OpenID Connect Core 8.1), and of their sessions."""

from __future__ import annotations

import hashlib
import hmac

from dothi.identity.rules.pkce import base64url


def _keyed(secret: bytes, *parts: str) -> str:
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return base64url(hmac.new(secret, message, hashlib.sha256).digest())


def pairwise(secret: bytes, *, sector: str, account: str) -> str:
    """Always the same for a person in a sector, and of no use to another sector."""
    return _keyed(secret, "subject", sector, account)


def session_mark(secret: bytes, session_key: str) -> str:
    """What a grant keeps of the session that it came from."""
    return _keyed(secret, "session", session_key)


def sid(secret: bytes, *, client: str, mark: str) -> str:
    """What a client is told of a session: no two clients are told the same."""
    return _keyed(secret, "sid", client, mark)


def upstream_subject(secret: bytes, *, upstream: str, subject: str) -> str:
    """What is kept of a subject at an upstream provider."""
    return _keyed(secret, "upstream", upstream, subject)
