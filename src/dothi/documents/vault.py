# SPDX-License-Identifier: Apache-2.0
"""Secrets at rest: sealed with a key of the installation's secrets folder, which city hall brings."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dothi.documents.errors import CannotSign

_NONCE = 12
_secret: list[Callable[[], str]] = []


def set_secret(secret: Callable[[], str]) -> None:
    """Called once, when the city is wired; the secret itself is read at first use."""
    _secret[:] = [secret]


def _key(purpose: str) -> bytes:
    if not _secret:
        raise CannotSign
    return hmac.digest(_secret[0]().encode(), purpose.encode(), "sha256")


def seal(plain: bytes, *, about: str) -> bytes:
    """Sealed so that it opens only as what it was sealed for (`about`)."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key("seal")).encrypt(nonce, plain, about.encode())


def open_sealed(sealed: bytes, *, about: str) -> bytes:
    """CannotSign when the secret is another one, or the row was exchanged."""
    try:
        return AESGCM(_key("seal")).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
    except InvalidTag as error:
        raise CannotSign from error


def mark(text: str, *, purpose: str) -> str:
    """A keyed hash: the same for the same text, and without the secret nobody can try texts."""
    return hmac.new(_key(f"mark {purpose}"), text.encode(), hashlib.sha256).hexdigest()
