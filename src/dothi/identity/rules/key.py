# SPDX-License-Identifier: Apache-2.0
"""Keys of machines: what one must say to get one, and how a key stands. Pure."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timedelta
from typing import Literal

from dothi.broker.door import KeyRow, Terms

OPERATIONS = ("read", "write", "ingest")
"""What the form offers."""
UNUSED_AFTER = timedelta(days=90)
LONGEST = timedelta(days=3 * 366)
MOST = 1_000_000_000
_NUMBER = re.compile(r"[0-9]{1,10}")
Standing = Literal["live", "unused", "ended", "revoked"]


def standing(row: KeyRow, at: datetime) -> Standing:
    """`unused`: nobody showed it for ninety days, so perhaps nobody needs it."""
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= at:
        return "ended"
    return "unused" if (row.last_used or row.created_at) <= at - UNUSED_AFTER else "live"


def problems(terms: Terms, at: datetime) -> dict[str, str]:
    """Field -> message key of what is wrong with the terms of a key."""
    wrong = {
        "note": None if len(terms.note) >= 5 else "identity.key.note_short",
        "owner": None if terms.owner else "identity.key.owner_missing",
        "operations": None if terms.operations else "identity.key.operations_missing",
        "until": None if terms.expires_at is None else _end_problem(terms.expires_at, at),
    }
    return {field: key for field, key in wrong.items() if key}


def _end_problem(end: datetime, at: datetime) -> str | None:
    if end <= at:
        return "identity.key.until_past"
    return "identity.key.until_far" if end > at + LONGEST else None


def quota(said: str) -> int | None:
    """A whole number of one or more, dots and blanks between digits allowed; None when empty. ValueError."""
    plain = re.sub(r"[\s.,]", "", said)
    if not plain:
        return None
    if not _NUMBER.fullmatch(plain) or not 0 < int(plain) <= MOST:
        raise ValueError(said[:40])
    return int(plain)


def networks(said: str) -> list[str] | None:
    """Addresses or networks, one a line or with commas between; None when there are none. ValueError."""
    words = [word for word in re.split(r"[\s,;]+", said) if word]
    return sorted({str(ipaddress.ip_network(word, strict=False)) for word in words}) or None
