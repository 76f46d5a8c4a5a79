# SPDX-License-Identifier: Apache-2.0
"""How keys of sources and passwords of devices are kept and checked.

They are random and long, made by us: one round of SHA-256 guards them as well as a slow hash, and costs the
hot path nothing.
"""

from __future__ import annotations

import hashlib
import hmac


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def key_is_right(key: str, kept: str) -> bool:
    """Whether `key` is the one whose hash was kept; never for an empty hash."""
    return bool(kept) and hmac.compare_digest(hash_key(key), kept)
