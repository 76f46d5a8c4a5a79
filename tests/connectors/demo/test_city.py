# SPDX-License-Identifier: Apache-2.0
"""The demo city: the same on every machine, whole, and named without repeats."""

from __future__ import annotations

from collections import Counter

import shapely

from dothi.connectors.demo import city, streets
from dothi.connectors.demo.plan import geojson


def test_city_is_the_same_when_made_twice() -> None:
    first = city.make(7)
    city.make.cache_clear()

    assert city.make(7) == first


def test_city_holds_300_sensors_of_12_kinds_when_made() -> None:
    made = city.make()

    assert Counter(sensor.kind.key for sensor in made.sensors) == city.COUNTS
    assert sum(city.COUNTS.values()) == 300
    assert len({sensor.id for sensor in made.sensors}) == 300
    assert len({(sensor.kind.key, sensor.name) for sensor in made.sensors}) == 300


def test_wards_share_their_borders_when_tiling_the_city() -> None:
    made = city.make().plan

    assert 12 <= len(made.wards) <= 16
    assert shapely.coverage_is_valid([ward.shape for ward in made.wards])
    assert abs(sum(ward.shape.area for ward in made.wards) / made.outline.area - 1) < 1e-9
    moved = [shapely.geometry.shape(geojson(ward.shape)) for ward in made.wards]
    assert shapely.coverage_is_valid(moved)


def test_streets_are_named_once_and_keep_out_of_the_river_when_no_bridge() -> None:
    made = city.make()
    roads = [street for street in made.streets if street.level != "bridge"]

    assert len(roads) == streets.COUNT
    assert len({street.name for street in roads}) == len(roads)
    assert [s.name for s in roads if s.level == "residential" and s.line.intersects(made.plan.river)] == []
    assert len(made.streets) - len(roads) >= 4


def test_canal_sensors_stand_on_water_when_placed() -> None:
    made = city.make()
    water = shapely.union_all([made.plan.river_line, *made.plan.canals])

    far = [
        s.name for s in made.sensors if s.kind.key == "canal" and water.distance(shapely.Point(s.x, s.y)) > 5
    ]

    assert far == []
