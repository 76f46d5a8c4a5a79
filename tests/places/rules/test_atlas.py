# SPDX-License-Identifier: Apache-2.0
"""A point in thousands of polygons."""

from __future__ import annotations

import time
from datetime import date

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dothi.places.rules.atlas import Area, Atlas

NEW, LATER, TODAY = date(2025, 7, 1), date(2026, 6, 1), date(2026, 11, 24)
SIDE = 58
"""58 × 58 cells are 3,364 units, as many as the country has."""


@pytest.fixture(scope="module")
def country() -> Atlas:
    """A chequer of cells of 100 corners each within one province; drawn as a ring of points on a square."""
    areas = [Area("province", shapely.box(102, 8, 102 + SIDE / 10, 8 + SIDE / 10), NEW, None)]
    for x in range(SIDE):
        for y in range(SIDE):
            cell = shapely.box(102 + x / 10, 8 + y / 10, 102 + (x + 1) / 10, 8 + (y + 1) / 10)
            areas.append(Area(f"{x}-{y}", cell.segmentize(0.004), NEW, None))
    return Atlas(areas)


@given(st.floats(0.001, SIDE - 0.001), st.floats(0.001, SIDE - 0.001))
def test_smallest_unit_that_holds_the_point_comes_first_wherever_it_lies(x: float, y: float) -> None:
    atlas = Atlas(
        [
            Area("all", shapely.box(0, 0, SIDE, SIDE), NEW, None),
            Area("cell", shapely.box(int(x), int(y), int(x) + 1, int(y) + 1), NEW, None),
        ]
    )

    assert atlas.units_at(x, y, TODAY) == ["cell", "all"]


def test_point_is_found_in_far_less_than_5_ms_when_there_are_3321_polygons(country: Atlas) -> None:
    points = [(102 + (n * 37 % 580) / 100 + 0.003, 8 + (n * 53 % 580) / 100 + 0.003) for n in range(500)]
    begun = time.perf_counter()

    found = [country.units_at(lon, lat, TODAY) for lon, lat in points]

    took = (time.perf_counter() - begun) / len(points)
    assert all(len(units) == 2 and units[1] == "province" for units in found)
    assert took < 0.005


def test_border_is_shared_when_the_point_lies_on_it() -> None:
    atlas = Atlas(
        [Area("w", shapely.box(0, 0, 1, 1), NEW, None), Area("e", shapely.box(1, 0, 2, 1), NEW, None)]
    )

    assert sorted(atlas.units_at(1, 0.5, TODAY)) == ["e", "w"]
    assert atlas.units_at(3, 3, TODAY) == []


def test_border_counts_on_its_days_only_when_it_was_redrawn() -> None:
    atlas = Atlas(
        [Area("a", shapely.box(0, 0, 1, 1), NEW, LATER), Area("a", shapely.box(1, 0, 2, 1), LATER, None)]
    )

    assert [atlas.units_at(0.5, 0.5, day) for day in (NEW, LATER)] == [["a"], []]
    assert [atlas.units_at(1.5, 0.5, day) for day in (NEW, LATER)] == [[], ["a"]]


def test_nothing_is_found_when_there_are_no_borders() -> None:
    assert Atlas([]).units_at(105, 21, TODAY) == []
