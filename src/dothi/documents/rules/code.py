# SPDX-License-Identifier: Apache-2.0
"""Short codes that people read out and type: letters that cannot be mixed up, the last two are a check.

Base 32 without I, L, O, U (Crockford). The check is the value of the others modulo 1021, a prime just under 32 * 32: one
wrong letter, or two neighbours exchanged, is always noticed.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONG, SHORT = 12, 8
"""Letters of a code of a document or message (50 random bits), and of one that is read out by telephone (30)."""
_PRIME = 1021
_ALIKE = str.maketrans("OIL", "011")
_NOISE = str.maketrans("", "", " -–—.·_\u00a0\t\r\n")


def _value(text: str) -> int:
    found = 0
    for letter in text:
        found = found * 32 + ALPHABET.index(letter)
    return found


def _check(body: str) -> str:
    rest = _value(body) % _PRIME
    return ALPHABET[rest // 32] + ALPHABET[rest % 32]


def new(length: int) -> str:
    """A code nobody can guess."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(length - 2))
    return body + _check(body)


def read(typed: str) -> str | None:
    """The code that somebody typed, however written; None when it is none."""
    if len(typed) > 100:
        return None
    text = typed.upper().translate(_NOISE).translate(_ALIKE)
    if len(text) not in {LONG, SHORT} or any(letter not in ALPHABET for letter in text):
        return None
    return text if _check(text[:-2]) == text[-2:] else None


def shown(code: str) -> str:
    """`7K2M-9QXT-R4W8`."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
