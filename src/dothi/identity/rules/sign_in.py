# SPDX-License-Identifier: Apache-2.0
"""Rules of the door: when a link is good, what a password must be, how often one may try."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from dothi.foundation.text import fold

LINK_LIFE = timedelta(hours=24)
LEAST_PASSWORD = 12
MOST_PASSWORD = 200
TRIES = 5
TRIES_WITHIN = timedelta(minutes=1)
TRIES_OF_ADDRESS = 30
"""Wrong tries from one network address within the same time: an office behind one address has many people."""
MAILS = 3
MAILS_OF_ADDRESS = 20
MAILS_WITHIN = timedelta(hours=1)
MAIL_LINK_LIFE = timedelta(hours=24)
RESET_LINK_LIFE = timedelta(hours=1)
OWN_WORDS = (
    "dothi",
    "thanhpho",
    "matkhau",
    "password",
    "vietnam",
    "quantri",
    "admin",
    "canbo",
    "congdan",
    "xinchao",
)
"""What people here try first: a password of one of these and digits is none (docs/accounts.md names them)."""
_ROWS = ("0123456789" * 2, "1234567890" * 2, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_EMAIL = re.compile(
    r"[^\s@<>,;:\"'()\[\]\\\x00-\x1f]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._+-]{1,62}(@[a-z0-9.-]+\.[a-z]{2,})?")


def link_is_good(*, made_at: datetime, used_at: datetime | None, at: datetime) -> bool:
    """Once, within a day."""
    return used_at is None and made_at <= at < made_at + LINK_LIFE


def too_many_tries(failures: int) -> bool:
    return failures >= TRIES


def email_problem(email: str) -> str | None:
    """A message key; None for an address that mail can be sent to. `email` is in lower case."""
    good = len(email) <= 150 and _EMAIL.fullmatch(email) and ".." not in email
    return None if good else "identity.email.shape"


def login_problem(login: str) -> str | None:
    """A message key; None for a user name or e-mail address that will do. `login` is in lower case."""
    return None if _LOGIN.fullmatch(login) else "identity.login.shape"


def password_problem(password: str, *, name: str, login: str, is_common: bool) -> str | None:
    """A message key; None when the password will do. Length over recipes (NIST SP 800-63B 5.1.1)."""
    if len(password) < LEAST_PASSWORD:
        return "identity.password.short"
    if len(password) > MOST_PASSWORD:
        return "identity.password.long"
    bare = fold(password).replace(" ", "")
    own = {fold(word).replace(" ", "") for word in (name, login, login.partition("@")[0])}
    if (
        is_common
        or len(set(password)) < 5
        or (bare and bare in own)
        or _is_a_row(bare)
        or _is_one_word(bare, own)
    ):
        return "identity.password.guessable"
    return None


def _is_a_row(bare: str) -> bool:
    """Keys or letters as they stand beside each other, in either direction."""
    return len(bare) >= LEAST_PASSWORD and any(bare in way for row in _ROWS for way in (row, row[::-1]))


def _is_one_word(bare: str, own: set[str]) -> bool:
    """One word that anybody would try, once or again and again, with digits and marks about it."""
    letters = re.sub(r"[^a-z]", "", bare)
    words = {re.sub(r"[^a-z]", "", word) for word in (*own, *OWN_WORDS)} - {""}
    return any(letters and letters == word * (len(letters) // len(word)) for word in words)
