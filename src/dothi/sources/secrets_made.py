# SPDX-License-Identifier: Apache-2.0
"""Keys of sources and devices: made here, shown once, kept as hashes."""

from __future__ import annotations

import secrets

from dothi.sources.core.keys import hash_key


def make_key() -> tuple[str, str]:
    """A new key of 192 random bits and the hash that is kept."""
    key = secrets.token_urlsafe(24)
    return key, hash_key(key)
