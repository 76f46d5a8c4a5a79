# SPDX-License-Identifier: Apache-2.0
"""The tree of units of one day, and what became of units that are gone: pure, on plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

EventKind = Literal["merge", "split", "rename", "transfer", "other"]
EVENT_KINDS: tuple[EventKind, ...] = ("merge", "split", "rename", "transfer", "other")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as it was for a while: what it was called, of which kind, under whom."""

    unit: str
    parent: str | None
    kind: str
    name: str
    sort: str
    valid_from: date
    valid_to: date | None = None
    simulated: bool = False

    def __str__(self) -> str:
        """`Phường Bến Sậy`, whether or not the name already says its kind."""
        return full_name(self.kind, self.name)


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's code in one list, as long as it counted."""

    unit: str
    scheme: str
    code: str
    valid_from: date
    valid_to: date | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What made units of others: `before` end or change on `day`, `after` begin or go on. `basis`: the law."""

    id: int
    kind: str
    day: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    basis: str = ""


def full_name(kind: str, name: str) -> str:
    said = name.casefold().startswith(f"{kind} ".casefold())
    return name if said else f"{kind} {name}"


def is_valid_at(valid_from: date, valid_to: date | None, at: date) -> bool:
    """From the first day on, until before the day after the last: `valid_to` is the first day without it."""
    return valid_from <= at and (valid_to is None or at < valid_to)


def chain(unit_id: str, parents: Mapping[str, str | None]) -> list[str]:
    """Ids from the root to the unit; a tree with a circle ends where it would repeat."""
    found: list[str] = []
    at: str | None = unit_id
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found[::-1]


def scope(ids: Iterable[str]) -> str:
    """The scope of an entity in these units: `/<city>/<ward>`."""
    return "/" + "/".join(ids)


class Tree:
    """The units of one day. One whose parent does not exist that day stands at the top."""

    def __init__(self, versions: Iterable[Version], day: date) -> None:
        self.day = day
        self.units = {v.unit: v for v in versions if is_valid_at(v.valid_from, v.valid_to, day)}
        self.parents = {unit: v.parent if v.parent in self.units else None for unit, v in self.units.items()}
        self._below: dict[str | None, list[str]] = {}
        for unit in sorted(self.units, key=lambda u: (self.units[u].sort, u)):
            self._below.setdefault(self.parents[unit], []).append(unit)

    def __contains__(self, unit: object) -> bool:
        return unit in self.units

    def roots(self) -> list[str]:
        return self._below.get(None, [])

    def children(self, unit: str) -> list[str]:
        """Directly below, in Vietnamese order."""
        return self._below.get(unit, [])

    def chain(self, unit: str) -> list[str]:
        """From the root to the unit; empty when it does not exist that day."""
        return chain(unit, self.parents) if unit in self.units else []

    def subtree(self, unit: str) -> list[str]:
        """The unit and all below it, level by level; empty when it does not exist that day."""
        found = {unit: None} if unit in self.units else {}
        front = list(found)
        while front:
            front = [child for above in front for child in self.children(above) if child not in found]
            found.update(dict.fromkeys(front))
        return list(found)


def _follow(unit: str, links: Mapping[str, Sequence[str]]) -> list[str]:
    found: dict[str, None] = {}
    front = [unit]
    while front:
        front = [n for u in front for n in links.get(u, ()) if n not in found and n != unit]
        found.update(dict.fromkeys(front))
    return list(found)


def successors(unit: str, events: Iterable[Event], until: date | None = None) -> list[str]:
    """All units that came out of a unit, nearest first, by events up to and including `until`."""
    links: dict[str, list[str]] = {}
    for event in sorted(events, key=lambda e: (e.day, e.id)):
        if until is None or event.day <= until:
            for before in event.before:
                links.setdefault(before, []).extend(a for a in event.after if a != before)
    return _follow(unit, links)


def predecessors(unit: str, events: Iterable[Event]) -> list[str]:
    """All units that a unit came out of, nearest first."""
    links: dict[str, list[str]] = {}
    for event in sorted(events, key=lambda e: (e.day, e.id), reverse=True):
        for after in event.after:
            links.setdefault(after, []).extend(b for b in event.before if b != after)
    return _follow(unit, links)


def heirs(unit: str, events: Iterable[Event], tree: Tree) -> list[str]:
    """What stands for a unit on the day of a tree: itself while it exists, else its successors that do."""
    if unit in tree:
        return [unit]
    return [u for u in successors(unit, events, tree.day) if u in tree]


class RolledUp(msgspec.Struct, frozen=True):
    """Sums by unit, own and all below; what belongs to several heirs or none is told, not guessed."""

    sums: dict[str, float]
    undivided: dict[str, list[str]]


def roll_up(amounts: Mapping[str, float], tree: Tree, events: Sequence[Event]) -> RolledUp:
    """Amounts of units of any date, summed along the tree of one date."""
    sums: dict[str, float] = {}
    undivided: dict[str, list[str]] = {}
    for unit, amount in amounts.items():
        found = heirs(unit, events, tree)
        if len(found) != 1:
            shared = _common(tree, found)
            undivided[unit] = found
            steps = shared
        else:
            steps = tree.chain(found[0])
        for step in steps:
            sums[step] = sums.get(step, 0) + amount
    return RolledUp(sums, undivided)


def _common(tree: Tree, units: Sequence[str]) -> list[str]:
    """The units above all of these: there an amount that cannot be divided still counts."""
    chains = [tree.chain(unit) for unit in units]
    if not chains:
        return []
    return [step for step in chains[0] if all(step in other for other in chains[1:])]


def origins(events: Iterable[Event], standing: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each unit that stands, those before it that it came out of and that stand no more."""
    links: dict[str, list[str]] = {}
    for event in sorted(events, key=lambda e: (e.day, e.id), reverse=True):
        for after in event.after:
            links.setdefault(after, []).extend(b for b in event.before if b != after)
    stand = frozenset(standing)
    return {unit: frozenset(_follow(unit, links)) - stand for unit in stand if unit in links}
