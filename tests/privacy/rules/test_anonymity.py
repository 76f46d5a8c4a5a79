# SPDX-License-Identifier: Apache-2.0
"""Nobody is told of in a table: attacked by adding, by subtracting and by trying every table that would fit."""

from __future__ import annotations

import random
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.privacy.rules.anonymity import OTHER, K, SafeTable, merged, refused, told

ROWS, COLUMNS = ("nam", "nữ"), ("a", "b", "c")


def _table(*counts: int) -> dict[tuple[str, str], int]:
    return dict(zip(product(ROWS, COLUMNS), counts, strict=True))


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        ({"a": 10, "b": 7}, {"a": 10, "b": 7}),
        ({"a": 10, "b": 2, "c": 3}, {"a": 10, OTHER: 5}),
        ({"a": 10, "b": 7, "c": 1}, {"a": 10, OTHER: 8}),
        ({"a": 10, "b": 0, "c": 1}, {"b": 0, OTHER: 11}),
        ({"a": 1, "b": 2}, {}),
        ({"a": 0, "b": 0}, {"a": 0, "b": 0}),
        ({}, {}),
        ({"a": 5}, {"a": 5}),
        ({"a": 4}, {}),
    ],
)
def test_small_groups_are_put_together_when_counted(counts: dict[str, int], kept: dict[str, int]) -> None:
    assert merged(counts) == kept


@given(st.dictionaries(st.text("abcdefg", min_size=1, max_size=2), st.integers(0, 40), max_size=8))
def test_no_group_of_one_to_four_is_left_and_nobody_is_lost_when_merged(counts: dict[str, int]) -> None:
    kept = merged(counts)

    assert all(count == 0 or count >= K for count in kept.values())
    assert sum(kept.values()) in {sum(counts.values()), 0}
    assert kept or sum(counts.values()) < K


def test_one_small_cell_takes_others_with_it_when_sums_would_tell_it() -> None:
    table = SafeTable(_table(20, 30, 2, 25, 35, 40))

    assert table.figure("nam", "c") is None
    assert told(table.sizes, table._figures.values()) is None
    assert sum(table.figure(row, column) is None for row, column in product(ROWS, COLUMNS)) >= 4
    assert table.figure(OTHER, OTHER) == 152


def test_table_is_whole_when_nobody_is_few() -> None:
    counts = _table(5, 6, 7, 8, 0, 10)

    table = SafeTable(counts)

    assert {cell: table.figure(*cell) for cell in counts} == counts
    assert (table.figure("nam", OTHER), table.figure(OTHER, "a"), table.figure(OTHER, OTHER)) == (18, 13, 36)


def test_table_says_nothing_when_all_are_few() -> None:
    assert set(SafeTable(_table(1, 0, 0, 1, 0, 2)).published().values()) == {0}


def test_table_is_refused_when_a_count_is_below_nothing() -> None:
    with pytest.raises(ValueError, match="below nothing"):
        SafeTable(_table(-1, 2, 3, 4, 5, 6))


def _by_sums(figures: list[tuple[frozenset[int], int]], sizes: list[int]) -> set[int]:
    """An attacker who adds and subtracts up to three figures: counts of few people that come out."""
    found = set()
    for number in (1, 2, 3):
        for some in combinations(figures, number):
            for signs in product((1, -1), repeat=number):
                weights = [0] * len(sizes)
                for (parts, _), sign in zip(some, signs, strict=True):
                    for part in parts:
                        weights[part] += sign
                if all(weight in (0, 1) for weight in weights) and any(weights):
                    people = sum(size for size, weight in zip(sizes, weights, strict=True) if weight)
                    if 0 < people < K:
                        found.add(people)
    return found


@settings(max_examples=60)
@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
def test_attacker_finds_no_few_people_when_adding_and_subtracting(counts: list[int]) -> None:
    table = SafeTable(_table(*counts))

    figures = [(parts, table._count(name)) for name, parts in table._figures.items()]

    assert _by_sums(figures, table.sizes) == set()


def _solutions(table: SafeTable, most: int) -> list[tuple[int, ...]]:
    """Every table of counts that fits all that was published."""
    figures = [(parts, table._count(name)) for name, parts in table._figures.items()]
    return [
        cells
        for cells in product(range(most + 1), repeat=len(table.sizes))
        if all(sum(cells[part] for part in parts) == count for parts, count in figures)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_small_cell_stays_uncertain_when_every_fitting_table_is_tried(seed: int) -> None:
    chance = random.Random(seed)
    counts = {cell: chance.choice([0, 1, 2, 3, 6, 7]) for cell in product("xy", "ab")}
    table = SafeTable(counts)

    fitting = _solutions(table, 14)

    for place, size in enumerate(table.sizes):
        if 0 < size < K:
            assert len({cells[place] for cells in fitting}) > 1, (counts, table.published())


PEOPLE = frozenset(range(100))


@pytest.mark.parametrize(
    ("candidate", "earlier", "answer"),
    [
        (frozenset(range(50)), [], False),
        (frozenset(range(4)), [], True),
        (frozenset(range(95)), [], False),
        (frozenset(range(96)), [], True),
        (frozenset(range(50)), [frozenset(range(48))], True),
        (frozenset(range(50)), [frozenset(range(45))], False),
        (frozenset(range(50)), [frozenset(range(50))], False),
        (frozenset(range(40, 90)), [frozenset(range(41))], False),
        (frozenset(), [], False),
        (frozenset(range(30, 61)), [frozenset(range(31)), frozenset(range(61))], True),
        (frozenset(range(52)), [frozenset(range(25)), frozenset(range(25, 50))], True),
        (PEOPLE, [], False),
    ],
)
def test_count_is_refused_when_differences_would_tell_of_few(
    candidate: frozenset[int], earlier: list[frozenset[int]], *, answer: bool
) -> None:
    assert refused(candidate, earlier, PEOPLE) is answer


def test_tracker_finds_nobody_when_each_count_is_judged_before() -> None:
    """The attack by a tracker: ask for groups that differ by one person, and subtract."""
    victim, chance = 42, random.Random(4)
    published: list[frozenset[int]] = []
    for _ in range(5):
        group = frozenset(chance.sample(sorted(PEOPLE - {victim}), 40))
        for candidate in (group, group | {victim}):
            if not refused(candidate, published, PEOPLE):
                published.append(candidate)
        assert not {group, group | {victim}} <= set(published)

    # No pair of published groups differs by fewer than five in one direction alone.
    for one, other in combinations(published, 2):
        assert not (one < other and len(other - one) < K)
