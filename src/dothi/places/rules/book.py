# SPDX-License-Identifier: Apache-2.0
"""All units of all dates, as plain values that one process keeps: any question about them costs no SQL."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date

from dothi.places.rules.tree import Code, Event, Tree, Version, heirs, origins, predecessors, successors

_KEPT_DAYS = 8


class Book:
    """Versions of units, their codes and the events between them."""

    def __init__(self, versions: Iterable[Version], codes: Iterable[Code], events: Iterable[Event]) -> None:
        self.versions = sorted(versions, key=lambda v: (v.unit, v.valid_from))
        self.codes = list(codes)
        self.events = list(events)
        self._of: dict[str, list[Version]] = {}
        for version in self.versions:
            self._of.setdefault(version.unit, []).append(version)
        self._trees: OrderedDict[date, Tree] = OrderedDict()
        self.searchable: object | None = None

    def __contains__(self, unit: object) -> bool:
        return unit in self._of

    def of(self, unit: str) -> list[Version]:
        """All versions of a unit, oldest first."""
        return self._of.get(unit, [])

    def last(self, unit: str) -> Version:
        """The newest version: what a unit is or was last called."""
        return self._of[unit][-1]

    def tree(self, day: date) -> Tree:
        """The tree of a day; the newest few days asked for are kept."""
        found = self._trees.get(day)
        if found is None:
            found = self._trees[day] = Tree(self.versions, day)
            if len(self._trees) > _KEPT_DAYS:
                self._trees.popitem(last=False)
        return found

    def chain(self, unit: str, day: date | None = None) -> list[str]:
        """From the root to a unit, on a day, or by its last parents whenever it existed."""
        if day is not None and unit in self.tree(day):
            return self.tree(day).chain(unit)
        found: list[str] = []
        at: str | None = unit
        while at is not None and at not in found:
            found.append(at)
            at = self.last(at).parent if at in self._of else None
        return found[::-1]

    def successors(self, unit: str, until: date | None = None) -> list[str]:
        return successors(unit, self.events, until)

    def predecessors(self, unit: str) -> list[str]:
        return predecessors(unit, self.events)

    def origins(self, day: date) -> dict[str, frozenset[str]]:
        return origins(self.events, self.tree(day).units)

    def heirs(self, unit: str, day: date) -> list[str]:
        return heirs(unit, self.events, self.tree(day))
