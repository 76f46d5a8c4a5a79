# SPDX-License-Identifier: Apache-2.0
"""Codes that a person copies from a kiosk's screen (RFC 8628 6.1)."""

from __future__ import annotations

import re
from datetime import timedelta

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words arise; no digits, so that none looks like a letter."""
LENGTH = 8
LIFE = timedelta(minutes=10)
INTERVAL = 5
_NOT_LETTER = re.compile(r"[\s\-–—.]+")


def shown(code: str) -> str:
    """`BCDF-GHJK`."""
    return f"{code[:4]}-{code[4:]}"


def typed(text: str) -> str | None:
    """The code in what a person typed, in whatever case and with whatever between; None when it is none."""
    code = _NOT_LETTER.sub("", text).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
