# SPDX-License-Identifier: Apache-2.0
"""Counts of people in public tables: no figure, and no difference of figures, tells of fewer than k (k = 5 or more).

What is published is a set of counts. Whoever reads them may add and subtract; so a count of few is unsafe when it can
be worked out of the published ones, not only when it stands there. Counts are linear in the people they count, and so
the test is one of linear algebra: is the small group a combination of the published groups? It is exact, by fractions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

K = 5
"""The fewest people that a public figure may tell of (domain.md 4.3, a decision of this product)."""
OTHER = "*"
"""The name of the group that small groups are put together in."""

Group = TypeVar("Group", bound=Hashable)


Row = dict[int, Fraction]
"""A combination of parts: part -> how often it is counted; parts that are not counted are left out."""
_PATIENCE = 2_000
"""Combinations that are looked at; a table that needs more is held to be unsafe."""


def _plus(one: Row, other: Row, factor: Fraction) -> Row:
    found = dict(one)
    for part, value in other.items():
        new = found.get(part, Fraction(0)) + factor * value
        if new:
            found[part] = new
        else:
            found.pop(part, None)
    return found


class _Span:
    """All that can be worked out of counts: a base in which no row counts a part that leads another row."""

    def __init__(self, figures: Iterable[Iterable[int]]) -> None:
        self.base: dict[int, Row] = {}
        for parts in figures:
            rest: Row = dict.fromkeys(parts, Fraction(1))
            for lead in [part for part in rest if part in self.base]:
                rest = _plus(rest, self.base[lead], -rest[lead])
            if rest:
                self._take(min(rest), rest)

    def _take(self, lead: int, rest: Row) -> None:
        row = {part: value / rest[lead] for part, value in rest.items()}
        for known, other in self.base.items():
            if lead in other:
                self.base[known] = _plus(other, row, -other[lead])
        self.base[lead] = row

    def few(self, sizes: Sequence[int], k: int) -> tuple[int, ...] | None:
        """A group of 1 to k - 1 people whose count can be worked out; None when there is none.

        Such a group is a sum of base rows, those whose leads are in it. Begin with one row; where the sum counts a part
        otherwise than once or not at all, or a part of too many, only a row that counts this part too can mend it.
        """
        left = [_PATIENCE]
        for lead, row in self.base.items():
            found = self._mended(frozenset([lead]), row, sizes, k, left)
            if found is not None:
                return found
        return None

    def _mended(
        self, leads: frozenset[int], row: Row, sizes: Sequence[int], k: int, left: list[int]
    ) -> tuple[int, ...] | None:
        left[0] -= 1
        if left[0] < 0:
            return tuple(part for part, size in enumerate(sizes) if 0 < size < k)
        if sum(sizes[lead] for lead in leads) >= k:
            return None
        wrong = next((part for part, value in row.items() if value != 1 or sizes[part] >= k), None)
        if wrong is None:
            people = sum(sizes[part] for part in row)
            return tuple(sorted(row)) if 0 < people < k else None
        for lead, other in self.base.items():
            if lead not in leads and wrong in other:
                found = self._mended(leads | {lead}, _plus(row, other, Fraction(1)), sizes, k, left)
                if found is not None:
                    return found
        return None


def told(sizes: Sequence[int], published: Iterable[Iterable[int]], k: int = K) -> tuple[int, ...] | None:
    """The parts of a group of fewer than k people that published sums give away; None when there is none.

    `sizes`: people in each part that no figure divides; `published`: for each figure the parts that it counts.
    """
    return _Span(frozenset(parts) for parts in published).few(sizes, k)


def merged(counts: Mapping[str, int], k: int = K) -> dict[str, int]:
    """One column of counts whose small groups are put together, until the rest holds k; nothing when all hold fewer.

    Empty groups stay: that nobody is in them tells of nobody.
    """
    small = {name: count for name, count in counts.items() if 0 < count < k}
    kept = {name: count for name, count in counts.items() if name not in small}
    while small and sum(small.values()) < k:
        grown = [name for name in kept if kept[name] > 0]
        if not grown:
            return {}
        least = min(grown, key=lambda name: (kept[name], name))
        small[least] = kept.pop(least)
    return {**kept, OTHER: sum(small.values())} if small else kept


Cell = tuple[str, str]


class SafeTable:
    """A table of two sides as it may be published: None where a figure is left out.

    Row and column sums and the whole are published too, as long as they give nothing away.
    """

    def __init__(self, counts: Mapping[Cell, int], k: int = K) -> None:
        self.k = k
        self.rows = list(dict.fromkeys(row for row, _ in counts))
        self.columns = list(dict.fromkeys(column for _, column in counts))
        self.order = [(row, column) for row in self.rows for column in self.columns]
        self.sizes = [counts.get(cell, 0) for cell in self.order]
        if any(size < 0 for size in self.sizes):
            raise ValueError("A count is below nothing")
        self._figures = self._all_figures()
        self._make_safe()

    def _all_figures(self) -> dict[tuple[str, str], frozenset[int]]:
        found = {cell: frozenset([n]) for n, cell in enumerate(self.order)}
        for row in self.rows:
            found[row, OTHER] = frozenset(n for n, cell in enumerate(self.order) if cell[0] == row)
        for column in self.columns:
            found[OTHER, column] = frozenset(n for n, cell in enumerate(self.order) if cell[1] == column)
        found[OTHER, OTHER] = frozenset(range(len(self.order)))
        return found

    def _count(self, name: Cell) -> int:
        return sum(self.sizes[n] for n in self._figures[name])

    def _make_safe(self) -> None:
        """Leave out few counts first, then the smallest cell that helps to work one out, at last sums."""
        for name in [name for name in self._figures if 0 < self._count(name) < self.k]:
            del self._figures[name]
        while self._figures and (leak := told(self.sizes, self._figures.values(), self.k)) is not None:
            del self._figures[self._to_leave_out(leak)]

    def _to_leave_out(self, leak: tuple[int, ...]) -> Cell:
        rows, columns = {self.order[n][0] for n in leak}, {self.order[n][1] for n in leak}
        cells = [name for name in self._figures if OTHER not in name]
        near = [name for name in cells if name[0] in rows or name[1] in columns]
        # A count of nobody is known to be none as soon as it is left out beside one sum; others hide more.
        hiding = [name for name in near if self._count(name)] or near or cells
        if hiding:
            return min(hiding, key=lambda name: (self._count(name), name))
        return min(self._figures, key=lambda name: (self._count(name), name))

    def figure(self, row: str, column: str) -> int | None:
        """The count that may be shown; `OTHER` for a sum. None: left out, or no such cell."""
        return self._count((row, column)) if (row, column) in self._figures else None

    def published(self) -> dict[Cell, int]:
        return {name: self._count(name) for name in self._figures}


def refused(
    candidate: frozenset[Group], earlier: Sequence[frozenset[Group]], everybody: frozenset[Group], k: int = K
) -> bool:
    """Whether the count of `candidate` must not be published after those of `earlier`.

    It must not when its own people, or any group that all these counts and that of everybody give away together
    (what was added since, who is in one and not in the other), are fewer than k.
    """
    figures = [everybody, *earlier, candidate]
    parts: dict[tuple[bool, ...], int] = {}
    for person in frozenset().union(*figures):
        where = tuple(person in figure for figure in figures)
        parts[where] = parts.get(where, 0) + 1
    names = list(parts)
    sums = [[n for n, name in enumerate(names) if name[figure]] for figure in range(len(figures))]
    return told([parts[name] for name in names], sums, k) is not None
