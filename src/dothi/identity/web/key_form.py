# SPDX-License-Identifier: Apache-2.0
"""What is entered in the form of a key, as it is shown again and as the action takes it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.http import QueryDict

from dothi.broker.door import Terms
from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity.errors import RefusedForm
from dothi.identity.queries import key as queries
from dothi.identity.rules import key as rules
from dothi.identity.web import entered

MOST_CHOICES = 500


def _listed(post: QueryDict, name: str) -> list[str]:
    found = dict.fromkeys(item.replace("\x00", "")[:2000] for item in post.getlist(name) if item)
    return list(found)[:MOST_CHOICES]


class Given:
    """The fields of the form: as posted, else as the key has them."""

    def __init__(self, post: QueryDict, terms: Terms | None = None) -> None:
        self.was = terms
        if not post and terms is not None:
            self._of(terms)
            return
        self.note = nfc(entered.text(post, "note", 300))
        self.owner = entered.text(post, "owner", 100)
        self.operations = _listed(post, "operations") if post else ["read"]
        self.types = _listed(post, "types")
        self.attrs = _listed(post, "attrs")
        self.scopes = list(dict.fromkeys([*_listed(post, "scopes"), *_listed(post, "scope_more")]))
        self.until = entered.text(post, "until", 20)
        self.per_minute = entered.text(post, "per_minute", 20)
        self.per_day = entered.text(post, "per_day", 20)
        self.addresses = post.get("addresses", "").replace("\x00", "").strip()[:4000]

    def _of(self, terms: Terms) -> None:
        self.note, self.owner, self.operations = terms.note, terms.owner, list(terms.operations)
        self.types, self.attrs = list(terms.types or ()), list(terms.attrs or ())
        self.scopes = list(terms.scopes or ())
        last = terms.expires_at.astimezone(clock.VIETNAM) - timedelta(seconds=1) if terms.expires_at else None
        self.until = f"{last:%Y-%m-%d}" if last else ""
        self.per_minute, self.per_day = (str(n) if n else "" for n in (terms.per_minute, terms.per_day))
        self.addresses = "\n".join(terms.addresses or ())


def _quota(said: str, name: str, wrong: dict[str, str]) -> int | None:
    try:
        return rules.quota(said)
    except ValueError:
        wrong[name] = "identity.key.quota_shape"
        return None


def _end(given: Given, wrong: dict[str, str]) -> datetime | None:
    """The first instant at which it does not work any more: the day entered is the last on which it does."""
    if not given.until:
        return None
    day = entered.day_of(given.until)
    if day is None or not 2000 < day.year < 9999:
        wrong["until"] = "identity.post.day_shape"
        return None
    return datetime.combine(day, time(), clock.VIETNAM) + timedelta(days=1)


def _of_those(chosen: list[str], there: list[str], kept: list[str] | None) -> list[str] | None:
    """What was chosen of what there is, and of what the key had; None when nothing was: no limit."""
    if not set(chosen) <= {*there, *(kept or ())}:
        raise ValueError
    return sorted(chosen) or None


def terms_of(given: Given) -> Terms:
    """The terms entered; RefusedForm with a sentence at each wrong field."""
    wrong: dict[str, str] = {}
    if not set(given.operations) <= set(rules.OPERATIONS):
        wrong["operations"] = "identity.key.operations_missing"
    limits: dict[str, list[str] | None] = {}
    was = given.was or Terms(operations=[])
    there: dict[str, tuple[list[str], list[str], list[str] | None]] = {
        "types": (given.types, queries.types(), was.types),
        "attrs": (given.attrs, queries.attributes(), was.attrs),
        "scopes": (given.scopes, [scope for scope, _ in queries.scopes()], was.scopes),
    }
    for name, row in there.items():
        try:
            limits[name] = _of_those(*row)
        except ValueError:
            wrong[name] = "identity.key.not_there"
    minute, day = (_quota(getattr(given, n), n, wrong) for n in ("per_minute", "per_day"))
    end = _end(given, wrong)
    try:
        addresses = rules.networks(given.addresses)
    except ValueError:
        wrong["addresses"] = "identity.key.addresses_shape"
        addresses = None
    terms = Terms(
        operations=[name for name in rules.OPERATIONS if name in given.operations],
        note=given.note,
        owner=given.owner,
        expires_at=end,
        per_minute=minute,
        per_day=day,
        addresses=addresses,
        **limits,
    )
    wrong = {**rules.problems(terms, clock.now()), **wrong}
    if wrong:
        raise RefusedForm(wrong)
    return terms
