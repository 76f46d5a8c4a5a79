# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from dothi.identity.rules.permission import EVERYWHERE, NOWHERE, Reach
from dothi.identity.rules.scope_path import tops

CASES: dict[str, tuple[list[str], list[str], tuple[str, ...]]] = {
    "nothing": ([], ["/hue"], ()),
    "one ward": (["/hue/a"], ["/hue", "/hue/b"], ("/hue/a",)),
    "the whole tree": (["/hue", "/hue/a", "/hue/b"], [], ("/hue",)),
    "two wards": (["/hue/b", "/hue/a"], ["/hue"], ("/hue/a", "/hue/b")),
    "a city without its wards": (["/hue"], ["/hue/a"], ()),
    "a city with one of its wards": (["/hue", "/hue/a"], ["/hue/b"], ("/hue/a",)),
    "a ward whose name begins another's": (["/hue/a", "/hue/ab"], ["/hue"], ("/hue/a", "/hue/ab")),
    "a ward that is gone": (["/hue/old", "/hue/a"], ["/hue"], ("/hue/a", "/hue/old")),
    "a unit that nobody knows": (["/", "", "//"], [], ()),
    "the same twice": (["/hue/a", "/hue/a"], ["/hue"], ("/hue/a",)),
    "something deep below": (["/hue", "/hue/a/1"], ["/hue/a/2"], ("/hue/a/1",)),
}


@pytest.mark.parametrize("case", CASES)
def test_tops_hold_what_is_inside_and_nothing_else_when_units_are(case: str) -> None:
    inside, outside, wanted = CASES[case]

    assert tops(inside, outside) == wanted


def test_both_reaches_hold_when_they_are_joined() -> None:
    a, b = Reach(units=frozenset({"1", "2"})), Reach(units=frozenset({"2", "3"}))

    assert a & b == Reach(units=frozenset({"2"}))
    assert (EVERYWHERE & a, a & EVERYWHERE, EVERYWHERE & EVERYWHERE) == (a, a, EVERYWHERE)
    assert (a & NOWHERE, NOWHERE & EVERYWHERE) == (NOWHERE, NOWHERE)
