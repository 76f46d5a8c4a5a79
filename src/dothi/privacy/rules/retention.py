# SPDX-License-Identifier: Apache-2.0
"""How long a thing is kept, and what happens to it then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

Happens = Literal["delete", "anonymise", "keep"]
LONGEST = 36_500
"""Days: a hundred years."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`days`: after which it happens; None for what is kept. `version` 0 came with the product."""

    key: str
    days: int | None
    happens: Happens
    basis: dict[str, str]
    valid_from: date
    version: int = 0
    proven: bool = False


def rule_problem(*, days: int | None, happens: str) -> str | None:
    """A message key; None for a rule that can be carried out."""
    if happens not in {"delete", "anonymise", "keep"}:
        return "privacy.retention.happens.wrong"
    if happens == "keep":
        return None
    return None if days is not None and 0 < days <= LONGEST else "privacy.retention.days.wrong"


def counting(rules: Iterable[Rule], day: date) -> dict[str, Rule]:
    """The rule of each key that counts on a day: the highest version that has begun."""
    found: dict[str, Rule] = {}
    for rule in rules:
        kept = found.get(rule.key)
        if rule.valid_from <= day and (kept is None or rule.version > kept.version):
            found[rule.key] = rule
    return found


def before(rule: Rule, at: datetime) -> datetime | None:
    """What is older than this has had its time; None when it is kept."""
    return None if rule.happens == "keep" or rule.days is None else at - timedelta(days=rule.days)
