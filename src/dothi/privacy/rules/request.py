# SPDX-License-Identifier: Apache-2.0
"""Requests of data subjects: what may be asked, what may follow what, and until when (Law 91/2025/QH15)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

import msgspec

Kind = Literal["access", "provide", "rectify", "erase", "withdraw", "restrict", "object"]
KINDS: tuple[Kind, ...] = ("access", "provide", "rectify", "erase", "withdraw", "restrict", "object")
"""Rights that a person may use here, in the order in which they are asked for most."""
State = Literal["filed", "taken", "waiting", "answered", "refused", "withdrawn", "closed"]
Verb = Literal[
    "check", "take", "ask", "supply", "extend", "answer", "refuse", "withdraw", "close", "involve", "erase"
]

NEXT: dict[State, dict[Verb, State]] = {
    # Decree 356/2025: the person is answered within two working days, whoever they turn out to be.
    "filed": {
        "check": "filed", "take": "taken", "refuse": "refused", "withdraw": "withdrawn",
    },
    # The clock of the right runs from receipt; one extension with its reason in writing.
    "taken": {
        "check": "taken", "ask": "waiting", "extend": "taken", "involve": "taken", "erase": "taken",
        "answer": "answered", "refuse": "refused", "withdraw": "withdrawn",
    },
    # Asking for more does not stop the clock: nothing that we could read says that it does.
    "waiting": {
        "check": "waiting", "supply": "taken", "extend": "waiting", "involve": "waiting",
        "answer": "answered", "refuse": "refused", "withdraw": "withdrawn",
    },
    "answered": {"close": "closed"},
    "refused": {"close": "closed"},
    "withdrawn": {},
    "closed": {},
}  # fmt: skip
"""State -> step -> next state. Nothing leads back: who is not content files anew or complains."""
OPEN: tuple[State, ...] = ("filed", "taken", "waiting")
OF_PERSON: frozenset[Verb] = frozenset({"supply", "withdraw"})
"""Steps that the person takes; all others are the city's."""

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class LegalLimit(msgspec.Struct, frozen=True, kw_only=True):
    """How long something may take. `more`: when a processor or another party is involved."""

    key: str
    amount: int
    measure: Literal["working_days", "days"]
    valid_from: date
    valid_to: date | None = None
    more: int | None = None
    proven: bool = False
    source: str = ""

    def amount_for(self, *, third_party: bool) -> int:
        return self.more if third_party and self.more is not None else self.amount


def limit_on(limits: Iterable[LegalLimit], key: str, day: date) -> LegalLimit:
    """The limit that counts on a day; LookupError before the law was in force."""
    counting = [
        one
        for one in limits
        if one.key == key and one.valid_from <= day and (one.valid_to is None or day < one.valid_to)
    ]
    if not counting:
        raise LookupError(f"No limit {key} on {day}")
    return max(counting, key=lambda one: one.valid_from)


def state_of(text: str) -> State:
    """The state that a row says; StopIteration for a word that is none."""
    return next(state for state in NEXT if state == text)


def next_state(state: State, verb: Verb) -> State | None:
    """Where a step leads; None when it is not allowed."""
    return NEXT[state].get(verb)


def needs_identity(verb: Verb) -> bool:
    """Data go to, and are changed for, a person who is known; a refusal needs no proof of who asks."""
    return verb in {"answer", "erase"}


def new_code() -> str:
    """`DL-7K3M-9QPX-2TFH`: 12 letters that cannot be mistaken for each other, 58 bits: what a follower must know."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"DL-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def read_code(text: str) -> str:
    """A code as somebody typed or dictated it, in its one shape; empty when it is none."""
    bare = "".join(c for c in text.upper() if c.isascii() and c.isalnum()).removeprefix("DL")
    if len(bare) != 12 or any(c not in _ALPHABET for c in bare):
        return ""
    return f"DL-{bare[:4]}-{bare[4:8]}-{bare[8:]}"


Urgency = Literal["done", "fine", "soon", "late"]


def urgency(*, state: State, due: datetime, at: datetime, soon: datetime) -> Urgency:
    """How a request stands against its clock. `soon`: from when on it is close."""
    if state not in OPEN:
        return "done"
    if at > due:
        return "late"
    return "soon" if at >= soon else "fine"
