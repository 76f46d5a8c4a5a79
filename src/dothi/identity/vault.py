# SPDX-License-Identifier: Apache-2.0
"""Secrets of the installation's secrets folder, each use with a key of its own made from the one that is kept."""

from __future__ import annotations

import functools
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from dothi.identity.errors import SecretLost


@functools.lru_cache(maxsize=16)
def _derived(kept: str, use: str) -> bytes:
    return HKDF(SHA256(), 32, b"dothi.identity", use.encode()).derive(kept.encode())


def key_for(use: str) -> bytes:
    """32 bytes that are the same as long as the secrets folder is."""
    return _derived(settings.OIDC_SECRET, use)


def seal(plain: bytes, *, use: str, name: str) -> bytes:
    """Encrypted for one use and bound to a name, so that rows cannot be exchanged."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key_for(use)).encrypt(nonce, plain, name.encode())


def unseal(sealed: bytes, *, use: str, name: str) -> bytes:
    """What was sealed; SecretLost when the secrets folder is another one than then."""
    try:
        return AESGCM(key_for(use)).decrypt(sealed[:12], sealed[12:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise SecretLost from error
