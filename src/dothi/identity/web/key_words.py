# SPDX-License-Identifier: Apache-2.0
"""Keys in words: names of types, attributes and units, and of how a key stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest

from dothi.broker.door import KeyRow
from dothi.foundation import clock
from dothi.foundation.kinds import KINDS
from dothi.foundation.text import sort_key
from dothi.identity.queries import key as queries
from dothi.identity.rules.key import standing

_KINDS = {kind.type: kind for kind in KINDS}
_QUANTITIES = {quantity.term: quantity for kind in KINDS for quantity in kind.quantities}


def _language(request: HttpRequest) -> str:
    return str(getattr(request, "language", "vi"))


def name_of(iri: str, language: str) -> str:
    """The usual name of a type or an attribute; its last part when it has none."""
    term = iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    known = _KINDS.get(term) or _QUANTITIES.get(term)
    return str(getattr(known, language)) if known is not None else term


def choices(request: HttpRequest, there: Sequence[str], chosen: Sequence[str]) -> list[dict[str, Any]]:
    """What there is and what was chosen, in order of names; `told`: the IRI where two have one name."""
    language = _language(request)
    everything = list(dict.fromkeys([*there, *chosen]))
    names = [name_of(iri, language) for iri in everything]
    rows = [
        {"iri": iri, "name": name, "on": iri in chosen, "told": names.count(name) > 1}
        for iri, name in zip(everything, names, strict=True)
    ]
    return sorted(rows, key=lambda row: sort_key(str(row["name"])))


def chosen_scopes(scopes: Sequence[str]) -> list[tuple[str, str]]:
    """(scope path, name) of the units chosen."""
    names = dict(queries.scopes()) if scopes else {}
    return [(scope, names.get(scope, scope).strip()) for scope in scopes]


class Words:
    """Keys of one page in its language; names are looked up once for all of them."""

    def __init__(self, request: HttpRequest, rows: Sequence[KeyRow]) -> None:
        self.language = _language(request)
        self.now = clock.now()
        self.owners = queries.owner_names([row.owner for row in rows if row.owner])
        scoped = any(row.scopes for row in rows)
        self.units = {scope: name.strip() for scope, name in queries.scopes()} if scoped else {}

    def row(self, row: KeyRow) -> dict[str, Any]:
        """A key as pages show it; limits are None where there are none."""
        day = row.per_day
        return {
            "key": row,
            "owner": self.owners.get(row.owner, row.owner),
            "standing": standing(row, self.now),
            "types": self._names(row.types),
            "attrs": self._names(row.attrs),
            "scopes": None if row.scopes is None else [self.units.get(s, s) for s in row.scopes],
            "last_day": None if row.expires_at is None else row.expires_at - timedelta(seconds=1),
            "left": None if day is None else max(0, day - row.requests),
            "is_near": day is not None and row.requests * 10 >= day * 9,
        }

    def _names(self, iris: Sequence[str] | None) -> list[str] | None:
        return None if iris is None else [name_of(iri, self.language) for iri in iris]

    def days(self, found: Sequence[tuple[date, int, int]]) -> list[dict[str, Any]]:
        """Days with their share of the busiest one."""
        most = max((requests for _, requests, _ in found), default=1) or 1
        return [{"day": day, "requests": n, "refusals": no, "most": most} for day, n, no in found]
