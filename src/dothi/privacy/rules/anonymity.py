# SPDX-License-Identifier: Apache-2.0
"""Counts of people in public tables: no figure, and no difference of figures, tells of fewer than k (k = 5 or more).

What is published is a set of counts. Whoever reads them may add and subtract; so a count of few is unsafe when it can
be worked out of the published ones, not only when it stands there. Counts are linear in the people they count, and so
the test is one of linear algebra: is the small group a combination of the published groups? It is exact, by fractions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import TypeVar

K = 5
"""The fewest people that a public figure may tell of (domain.md 4.3, a decision of this product)."""
OTHER = "*"
"""The name of the group that small groups are put together in."""

Group = TypeVar("Group", bound=Hashable)


class _Span:
    """All that can be worked out of counts: a row-reduced base of the vectors that were published."""

    def __init__(self, vectors: Iterable[Sequence[int]]) -> None:
        self.base: dict[int, list[Fraction]] = {}
        for vector in vectors:
            rest = self._rest(vector)
            lead = next((n for n, value in enumerate(rest) if value), None)
            if lead is not None:
                self._take(lead, [value / rest[lead] for value in rest])

    def _take(self, lead: int, row: list[Fraction]) -> None:
        """Keep the base reduced: no row has a value where another leads."""
        for known, other in self.base.items():
            if other[lead]:
                self.base[known] = [b - other[lead] * a for a, b in zip(row, other, strict=True)]
        self.base[lead] = row

    def _rest(self, vector: Sequence[int]) -> list[Fraction]:
        rest = [Fraction(value) for value in vector]
        for lead, row in self.base.items():
            factor = rest[lead]
            if factor:
                rest = [value - factor * other for value, other in zip(rest, row, strict=True)]
        return rest

    def tells(self, vector: Sequence[int]) -> bool:
        return not any(self._rest(vector))


def _small(sizes: Sequence[int], k: int) -> Iterable[tuple[int, ...]]:
    """Unions of parts that hold one person at least and fewer than k: each part holds one, so k - 1 parts at most."""
    few = [n for n, size in enumerate(sizes) if 0 < size < k]
    for count in range(1, k):
        for parts in combinations(few, count):
            if sum(sizes[part] for part in parts) < k:
                yield parts


def told(sizes: Sequence[int], published: Iterable[Iterable[int]], k: int = K) -> tuple[int, ...] | None:
    """The first group of fewer than k people that published sums give away; None when there is none.

    `sizes`: people in each part that no figure divides; `published`: for each figure the parts that it counts.
    """
    marks = [frozenset(parts) for parts in published]
    span = _Span([[int(n in parts) for n in range(len(sizes))] for parts in marks])
    for parts in _small(sizes, k):
        if span.tells([int(n in parts) for n in range(len(sizes))]):
            return parts
    return None


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
