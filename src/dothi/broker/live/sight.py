# SPDX-License-Identifier: Apache-2.0
"""What a viewer with limits sees of things as screens get them: parts of things, changes, and what has left.

Screens know short names, limits know IRIs: a short name is shown only when every IRI that it stands for is inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dothi.broker.live.shape import FIELDS
from dothi.broker.model import term
from dothi.broker.reach import Reach

_OF_FIELD = {field: name for name, field in FIELDS.items()}
_PLACE = ("lon", "lat", "geometry")


class Delta(NamedTuple):
    """One change: what it changed, and what the thing was (id, type, scope) after and before it, for filtering."""

    seq: int
    tenant: str
    at: str
    head: dict[str, Any]
    changed: dict[str, Any] | None
    """None: the thing is gone."""

    was: dict[str, Any] | None = None
    """Only when the change moved it; without type and scope where nobody knows."""


class Names:
    """The IRIs that the short names of a tenant's attributes stand for."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.by_term: dict[str, set[str]] = {}

    def learn(self, iris: Iterable[str]) -> None:
        for iri in iris:
            if iri not in self.known:
                self.known.add(iri)
                self.by_term.setdefault(term(iri), set()).add(iri)

    def shows(self, name: str, reach: Reach) -> bool:
        """Whether an attribute of this short name is inside."""
        return reach.attrs is None or reach.attrs.issuperset(self.by_term.get(name, {name}))


def head(one: dict[str, Any], reach: Reach) -> dict[str, Any] | None:
    """The head of a thing as the viewer may know it; None when the thing is not there for it."""
    types, scopes = one.get("types", ()), one.get("scope", ())
    if not reach.sees(types, scopes):
        return None
    kept = reach.kept_types(types)
    return {
        **one,
        "types": kept,
        "type": term(kept[0]) if kept else one.get("type", ""),
        "scope": reach.kept_scopes(scopes),
    }


def thing(one: dict[str, Any], types: Sequence[str], reach: Reach, names: Names) -> dict[str, Any] | None:
    """A whole thing as the viewer sees it."""
    seen = head({"types": types, "scope": one.get("scope", []), "type": one.get("type")}, reach)
    if seen is None:
        return None
    return {**_parts(one, reach, names), "type": seen["type"], "scope": seen["scope"]}


def _parts(one: dict[str, Any], reach: Reach, names: Names) -> dict[str, Any]:
    """Of what a thing or a change tells, the attributes that are inside."""
    if reach.attrs is None:
        return dict(one)
    hidden = {field for field, name in _OF_FIELD.items() if not names.shows(name, reach)}
    if not names.shows("location", reach):
        hidden.update(_PLACE)
    found = {key: value for key, value in one.items() if key not in hidden}
    found["attrs"] = {n: v for n, v in one["attrs"].items() if names.shows(n, reach)}
    return found


def delta(one: Delta, reach: Reach, names: Names) -> Delta | None:
    """A change as the viewer hears of it; None when it hears nothing."""
    now = head(one.head, reach)
    before = None if one.was is None else head(one.was, reach)
    if now is None:
        return None if before is None else one._replace(head=before, changed=None, was=None)
    if one.changed is None:
        return one._replace(head=now)
    changed = _parts(one.changed, reach, names)
    if one.was is None and not _tells(changed):
        return None
    for key in ("type", "scope"):
        if key in changed:
            changed[key] = now[key]
    return one._replace(head=now, changed=changed, was=before)


def _tells(changed: dict[str, Any]) -> bool:
    """Whether a change says more than that there was one."""
    return bool(changed["attrs"]) or bool(set(changed) - {"id", "attrs", "type", "scope"})


def is_sure(deltas: Iterable[Delta]) -> bool:
    """Whether it is known of every thing that moved where it was: else a viewer with limits must ask anew."""
    return all(one.was is None or "types" in one.was for one in deltas)
