# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from dothi.broker.ngsi import geo
from dothi.broker.ngsi.context import CORE_TERMS
from dothi.broker.ngsi.faults import BadRequestData
from dothi.broker.ngsi.geodesic import distance, inverse

SQUARE = [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]


@pytest.mark.parametrize(
    ("points", "metres"),
    [
        # Vincenty's own check line: Flinders Peak to Buninyong, 54,972.271 m.
        ((144.42486788888888, -37.95103341666667, 143.92649552777777, -37.65282113888889), 54972.271),
        ((106.0, 10.0, 106.0, 10.0), 0.0),
        ((179.999, 0.0, -179.999, 0.0), 222.639),
        ((0.0, 0.0, 0.0, 90.0), 10001965.729),
    ],
)
def test_distance_is_that_of_the_ellipsoid_when_measured(points: tuple[float, ...], metres: float) -> None:
    assert inverse(*points)[0] == pytest.approx(metres, abs=0.01)


@given(*[st.floats(-179, 179) if n % 2 == 0 else st.floats(-89, 89) for n in range(4)])
def test_distance_is_finite_and_symmetric_when_anywhere(a: float, b: float, c: float, d: float) -> None:
    there, back = inverse(a, b, c, d)[0], inverse(c, d, a, b)[0]

    assert there == pytest.approx(back, rel=1e-6, abs=1e-3)
    assert there <= 20_037_600


def test_distance_to_a_line_is_to_its_nearest_part_when_it_passes() -> None:
    assert distance(Point(0.0, 0.0), LineString([(-1, 0.01), (1, 0.01)])) == pytest.approx(1105.7, abs=1)
    assert distance(Polygon(SQUARE[0]), Point(1.0, 1.0)) == 0


@pytest.mark.parametrize(
    ("relation", "shape", "expected"),
    [
        ("within", {"type": "Point", "coordinates": [1, 1]}, True),
        ("within", {"type": "Point", "coordinates": [3, 1]}, False),
        ("intersects", {"type": "LineString", "coordinates": [[-1, 1], [3, 1]]}, True),
        ("disjoint", {"type": "Point", "coordinates": [3, 1]}, True),
        ("equals", {"type": "Polygon", "coordinates": SQUARE}, True),
        ("overlaps", {"type": "Polygon", "coordinates": [[[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]]}, True),
        (
            "contains",
            {"type": "Polygon", "coordinates": [[[-1, -1], [3, -1], [3, 3], [-1, 3], [-1, -1]]]},
            True,
        ),
        ("within", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, True),
        ("within", {"broken": 1}, False),
    ],
)
def test_relation_holds_as_the_shapes_lie_when_asked(
    relation: str, shape: dict[str, Any], *, expected: bool
) -> None:
    query = geo.parse({"georel": relation, "geometry": "Polygon", "coordinates": SQUARE}, CORE_TERMS)

    assert query is not None
    assert query.holds(shape) is expected


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(1, 500_000), st.floats(-1, 1), st.floats(-1, 1))
def test_box_holds_every_near_point_when_it_prefilters(
    x: float, y: float, metres: float, dx: float, dy: float
) -> None:
    query = geo.parse(
        {"georel": f"near;maxDistance=={metres}", "geometry": "Point", "coordinates": [x, y]}, CORE_TERMS
    )
    assert query is not None
    box = query.box()
    assert box is not None
    other = [max(-180.0, min(180.0, x + dx)), max(-90.0, min(90.0, y + dy))]

    if query.holds({"type": "Point", "coordinates": other}):
        assert box[0] <= other[0] <= box[2]
        assert box[1] <= other[1] <= box[3]


@pytest.mark.parametrize(
    "parameters",
    [
        {"georel": "beside", "geometry": "Point", "coordinates": [1, 1]},
        {"georel": "near;maxDistance==-1", "geometry": "Point", "coordinates": [1, 1]},
        {"georel": "near;maxDistance==nan", "geometry": "Point", "coordinates": [1, 1]},
        {"georel": "within;maxDistance==1", "geometry": "Point", "coordinates": [1, 1]},
        {"georel": "within", "geometry": ["Point"], "coordinates": [1, 1]},
        {"georel": "within", "geometry": "Point", "coordinates": "[1,"},
        {"georel": "within", "geometry": "Point"},
        {"georel": "within", "geometry": "LineString", "coordinates": [[0, 0]] * 10_001},
    ],
)
def test_geo_query_is_refused_when_wrong(parameters: dict[str, Any]) -> None:
    with pytest.raises(BadRequestData):
        geo.parse(parameters, CORE_TERMS)
