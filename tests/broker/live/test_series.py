# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dothi.broker.live.port import Point
from dothi.broker.live.series import with_gaps


def points(*times: float) -> list[Point]:
    return [Point(at, 1.0, 1.0, 1.0) for at in times]


def test_with_gaps_breaks_the_line_where_readings_stopped():
    assert with_gaps(points(0, 60, 120, 600), 60)["t"] == [0, 60, 120, 180, 600]
    assert with_gaps(points(0, 60, 120, 600), 60)["v"] == [1, 1, 1, None, 1]


def test_with_gaps_goes_by_the_usual_distance_when_no_period_is_declared():
    assert with_gaps(points(0, 60, 120, 270), 0)["v"] == [1, 1, 1, 1]
    assert with_gaps(points(0, 60, 120, 290), 0)["v"] == [1, 1, 1, None, 1]


def test_with_gaps_is_empty_when_there_is_nothing():
    assert with_gaps([], 60) == {"t": [], "v": [], "min": [], "max": []}
