# SPDX-License-Identifier: Apache-2.0
"""VN-2000 against values of PROJ 9.5 (EPSG:6960 inverted, then the zone)."""

from __future__ import annotations

from datetime import date

import pytest

from dothi.places.errors import BadPoint
from dothi.places.rules.grid import grid_point, project, to_vn2000, zone_of, zones

CONTROL = [
    # lon, lat, meridian, VN-2000 lon, lat, east, north
    (105.8542, 21.0285, 105.0, 105.852317347, 21.029485989, 588591.9440, 2326345.3117),
    (106.7009, 10.7769, 105.75, 106.699113764, 10.777918499, 603797.2607, 1191942.3050),
    (107.5847, 16.4637, 107.0, 107.582872696, 16.464717556, 562235.8633, 1820977.0059),
    (108.2208, 16.0678, 107.75, 108.218978630, 16.068823787, 550175.0803, 1777138.3210),
    (104.73, 8.60, 104.5, 104.728221045, 8.601009847, 525119.1668, 951034.2263),
    (111.92, 8.64, 108.25, 111.918247069, 8.641043707, 903967.7494, 957398.9014),
]


@pytest.mark.parametrize("row", CONTROL)
def test_point_agrees_with_proj_to_a_millimetre_when_projected(row: tuple[float, ...]) -> None:
    lon, lat, meridian, vn_lon, vn_lat, east, north = row

    found = to_vn2000(lon, lat)
    point = project(*found, meridian)

    assert found == pytest.approx((vn_lon, vn_lat), abs=2e-9)
    assert (point.east, point.north) == pytest.approx((east, north), abs=0.001)


def test_central_meridian_is_at_500_km_when_projected() -> None:
    assert project(105.0, 16.0, 105.0).east == pytest.approx(500_000)


def test_zone_is_that_of_the_day_when_codes_changed_their_province() -> None:
    old, new = zone_of("24", date(2025, 6, 30)), zone_of("24", date(2025, 7, 1))

    assert old is not None
    assert new is not None
    assert (old.name, old.meridian, new.name, new.meridian, new.proven) == (
        "Bắc Giang", 107.0, "Bắc Ninh", 105.5, False)  # fmt: skip
    assert zone_of("02", date(2026, 1, 1)) is None


def test_every_province_has_one_zone_when_counted() -> None:
    counts = [sum(1 for z in zones() if z.valid_to is None), sum(1 for z in zones() if z.valid_to)]

    assert counts == [34, 63]
    assert all(102 < zone.meridian < 109 and zone.source for zone in zones())


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.85), (105, 40), (200, 10)])
def test_point_outside_the_country_is_refused_when_asked(lon: float, lat: float) -> None:
    with pytest.raises(BadPoint):
        to_vn2000(lon, lat)


def test_point_far_from_the_meridian_is_refused_when_asked() -> None:
    zone = zone_of("11", date(2026, 1, 1))
    assert zone is not None

    with pytest.raises(BadPoint):
        grid_point(111.9, 8.6, zone)
