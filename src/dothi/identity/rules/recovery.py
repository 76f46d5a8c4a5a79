# SPDX-License-Identifier: Apache-2.0

"""Rules of recovery at the counter: two officers, thirty minutes, a code for ten minutes and five tries."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from dothi.identity.rules.session import STAFF

CONFIRM_WITHIN = timedelta(minutes=30)
CODE_LIFE = timedelta(minutes=10)
TRIES = 5
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that looks like another on paper: no 0 O 1 I L."""
_DIGITS = re.compile(r"[0-9A-Z]{4}")


@dataclass(frozen=True, kw_only=True)
class Officer:
    id: str
    role: str


def opening_problem(*, officer: Officer, person: Officer, covers: bool = True) -> str | None:
    """A message key; None when this officer may open a recovery for this person.

    `covers`: the officer may recover accounts in every unit where the person holds something.
    """
    if officer.role not in STAFF:
        return "identity.not_allowed"
    if officer.id == person.id:
        return "identity.recovery.own"
    if person.role == "admin" and officer.role != "admin":
        return "identity.recovery.needs_administrators"
    return None if covers else "identity.recovery.beyond"


def confirming_problem(
    *,
    officer: Officer,
    person: Officer,
    opened_by: str,
    opened_at: datetime,
    at: datetime,
    covers: bool = True,
) -> str | None:
    """A message key; None when this second officer may confirm now."""
    first = opening_problem(officer=officer, person=person, covers=covers)
    if first:
        return first
    if officer.id == opened_by:
        return "identity.recovery.same_officer"
    if not opened_at <= at < opened_at + CONFIRM_WITHIN:
        return "identity.recovery.late"
    return None


def digits_problem(digits: str) -> str | None:
    return None if _DIGITS.fullmatch(digits) else "identity.recovery.digits_shape"


def clean_digits(given: str) -> str:
    return "".join(given.split()).upper()


def new_code() -> str:
    """`K7MQ-2XPD`: 40 bits, which five tries within ten minutes do not come near."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def clean_code(given: str) -> str:
    """As it was made, however it was typed."""
    bare = "".join(sign for sign in given.upper() if sign.isalnum())[:16]
    return f"{bare[:4]}-{bare[4:]}"


def code_is_good(
    *, confirmed_at: datetime | None, entered_at: datetime | None, tries: int, at: datetime
) -> bool:
    """Once, within ten minutes, and not after five wrong tries."""
    if confirmed_at is None or entered_at is not None or tries >= TRIES:
        return False
    return confirmed_at <= at < confirmed_at + CODE_LIFE
