# SPDX-License-Identifier: Apache-2.0
"""Masks of numbers that name a person: enough to recognise one's own, too little to use."""

from __future__ import annotations

import re

DOT = "\u2022"
_SPACES = re.compile(r"[\s.\-\u2010-\u2015]")
SHOWN = {12: (4, 2), 9: (2, 2)}
"""Digits shown at the head and the tail, by length: the citizen number (12) and the former one (9)."""


def citizen_number(text: str) -> str:
    """`0460••••••12` of a citizen number, `12•••••89` of a former one; dots only for anything else.

    What is no such number may be anything, a password too, so nothing of it is shown, nor how long it is.
    """
    bare = _SPACES.sub("", text)
    if not bare:
        return ""
    if not (bare.isascii() and bare.isdigit()) or len(bare) not in SHOWN:
        return DOT * 6
    head, tail = SHOWN[len(bare)]
    return bare[:head] + DOT * (len(bare) - head - tail) + bare[-tail:]


def email(address: str) -> str:
    """`a•••@tinh.gov.vn`: the first letter and the server."""
    name, at, server = address.strip().rpartition("@")
    return f"{name[:1]}{DOT * 3}@{server}" if at and name and server else DOT * 6 * bool(address.strip())


def phone(number: str) -> str:
    """The last three digits, for a number of six and more; dots only for anything shorter."""
    bare = re.sub(r"[^0-9]", "", number)
    return f"{DOT * 6}{bare[-3:]}" if len(bare) >= 6 else DOT * 6 * bool(number.strip())
