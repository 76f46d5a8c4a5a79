# SPDX-License-Identifier: Apache-2.0
"""The published list of statuses: what a page keeps to answer without a line.

Cut by the beginning of the hash, so that whoever fetches a part does not say which document is meant.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

LARGEST_PART = 5_000
DAYS = 7
"""How long a browser shows an answer from a kept list without calling it too old."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One document. `hash`: SHA-256 of the file; times are seconds since 1970; no title, no name of a person."""

    hash: str
    status: str
    kind: str
    organisation: str
    signed_at: int
    status_at: int
    reason: str
    demo: bool


def digits(count: int) -> int:
    """How many hexadecimal digits of the hash name a part, so that none is too large."""
    found = 0
    while count > LARGEST_PART * 16**found:
        found += 1
    return found


def payload(rows: list[Row], *, issuer: str, part: str, digits: int, at: datetime) -> dict[str, Any]:
    """What is signed."""
    now = int(at.timestamp())
    return {
        "iss": issuer,
        "iat": now,
        "exp": now + DAYS * 86400,
        "part": part,
        "digits": digits,
        "rows": msgspec.to_builtins(rows),
    }
