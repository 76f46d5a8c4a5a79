# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.places.rules.country import BOOK, EVENTS, NEW, OLD, RENAMED, version

from dothi.places.rules.tree import Tree, chain, is_valid_at, roll_up, scope

BEFORE, TODAY = date(2025, 6, 30), date(2026, 11, 24)


def test_chain_ends_when_the_tree_has_a_circle() -> None:
    assert chain("a", {"a": "b", "b": "a"}) == ["b", "a"]


def test_validity_ends_before_its_last_date_when_asked() -> None:
    assert is_valid_at(date(2025, 7, 1), date(2026, 7, 1), date(2026, 6, 30))
    assert not is_valid_at(date(2025, 7, 1), date(2026, 7, 1), date(2026, 7, 1))


def test_tree_has_the_levels_of_its_day_when_districts_are_gone() -> None:
    before, now = BOOK.tree(BEFORE), BOOK.tree(TODAY)

    assert scope(before.chain("o1")) == "/79/760/o1"
    assert scope(now.chain("26740")) == "/79/26740"
    assert before.subtree("79") == ["79", "760", "769", "o1", "o2"]
    assert now.subtree("79") == ["79", "x1", "26740", "26737", "25747"]
    assert (now.subtree("760"), now.chain("760")) == ([], [])
    assert before.roots() == ["74", "79", "46"]


def test_name_is_that_of_the_day_when_a_unit_was_renamed() -> None:
    names = [BOOK.tree(day).units["x1"].name for day in (NEW, date(2026, 5, 31), RENAMED)]

    assert names == ["Cũ Tên", "Cũ Tên", "Bình Mỹ"]


def test_unit_stands_at_the_top_when_its_parent_does_not_exist_that_day() -> None:
    tree = Tree([version("a", "Xã", "A", "gone")], TODAY)

    assert tree.roots() == ["a"]


def test_successors_and_predecessors_are_found_through_all_steps_when_asked() -> None:
    assert BOOK.successors("o2") == ["26740", "26737"]
    assert BOOK.successors("o2", until=BEFORE) == []
    assert BOOK.predecessors("26740") == ["760", "o2", "o1"]
    assert BOOK.predecessors("79") == ["74"]
    assert BOOK.successors("79") == []


def test_heirs_are_the_units_of_the_day_when_a_unit_is_gone() -> None:
    assert BOOK.heirs("o1", TODAY) == ["26740"]
    assert BOOK.heirs("o1", BEFORE) == ["o1"]
    assert BOOK.heirs("74", TODAY) == ["79"]
    assert BOOK.heirs("769", TODAY) == []


def test_amounts_are_summed_along_the_tree_of_the_day_and_told_when_they_cannot_be_divided() -> None:
    amounts = {"o1": 10.0, "o2": 5.0, "o3": 1.0, "o4": 2.0, "26737": 100.0, "769": 7.0}

    found = roll_up(amounts, BOOK.tree(TODAY), EVENTS)

    assert found.sums == {"79": 118.0, "26740": 10.0, "25747": 3.0, "26737": 100.0}
    assert found.undivided == {"o2": ["26740", "26737"], "769": []}


def test_amounts_of_old_units_stay_with_them_when_rolled_up_before_the_change() -> None:
    found = roll_up({"o1": 10.0, "o2": 5.0, "o4": 2.0}, BOOK.tree(BEFORE), EVENTS)

    assert found.sums == {"79": 15.0, "760": 15.0, "o1": 10.0, "o2": 5.0, "74": 2.0, "718": 2.0, "o4": 2.0}


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40),
    st.dates(OLD, date(2030, 1, 1)),
)
def test_subtrees_of_the_tops_are_all_units_once_when_there_is_no_circle(
    links: list[tuple[int, int]], day: date
) -> None:
    parents = {child: parent for child, parent in links if parent < child}
    versions = [
        version(str(n), "Xã", f"Đơn vị {n}", str(parents[n]) if n in parents else None, OLD)
        for n in range(31)
    ]

    tree = Tree(versions, day)

    assert sorted(u for root in tree.roots() for u in tree.subtree(root)) == sorted(str(n) for n in range(31))
    assert all(tree.chain(unit)[-1] == unit and tree.chain(unit)[0] in tree.roots() for unit in tree.units)


@pytest.mark.parametrize(
    ("unit", "day", "expected"), [("760", TODAY, ["79", "760"]), ("26740", BEFORE, ["79", "26740"])]
)
def test_chain_of_a_unit_is_its_last_when_it_does_not_exist_that_day(
    unit: str, day: date, expected: list[str]
) -> None:
    assert BOOK.chain(unit, day) == expected
