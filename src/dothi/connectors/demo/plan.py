# SPDX-License-Identifier: Apache-2.0
"""The plan of the demo city, in metres from its centre: outline, river, canals, wards, parks.

Everything is cut from one noded set of lines, so neighbours share their borders to the last digit.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, substring, unary_union, voronoi_diagram

from dothi.connectors.demo import names

LON, LAT = 107.62, 10.98
METRES = 111_320.0
REACH = 5_200.0


@dataclass(frozen=True)
class Ward:
    code: str
    name: str
    shape: Polygon


@dataclass(frozen=True)
class Area:
    """Water or a park: `kind` is river, canal or park; a canal also has its line."""

    code: str
    name: str
    kind: str
    shape: BaseGeometry


@dataclass(frozen=True)
class Plan:
    outline: Polygon
    river_line: LineString
    river: Polygon
    canals: tuple[LineString, ...]
    wards: tuple[Ward, ...]
    areas: tuple[Area, ...]

    def ward_at(self, x: float, y: float) -> Ward:
        """The ward of a point; the nearest one for a point on the edge or outside."""
        here = Point(x, y)
        return min(self.wards, key=lambda ward: ward.shape.distance(here))


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude, six decimals, of metres from the centre."""
    return (
        round(LON + x / (METRES * math.cos(math.radians(LAT))), 6),
        round(LAT + y / METRES, 6),
    )


def halves(shape: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """The western and the eastern part of a shape, parted at its middle."""
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    return shape.intersection(shapely.box(west, south, middle, north)), shape.intersection(
        shapely.box(middle, south, east, north)
    )


def geojson(shape: BaseGeometry) -> dict[str, Any]:
    """GeoJSON in degrees of a shape in metres."""
    moved = shapely.transform(shape, lambda points: np.array([degrees(x, y) for x, y in points]))
    value: dict[str, Any] = _listed(shapely.geometry.mapping(moved))
    return value


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_listed(item) for item in value]
    return value


def make(seed: int) -> Plan:
    """The plan of one seed; about a tenth of a second."""
    chance = random.Random(seed)  # noqa: S311 - a town plan, not a secret
    outline = _outline(chance)
    line = _wave(chance, [(x, 0.0) for x in range(-6_500, 6_501, 130)], 420, 2_900, 90, 900)
    river = line.buffer(105, cap_style="flat").intersection(outline.buffer(150))
    canals = (
        _wave(chance, [(-1_450 - y * 0.16, y) for y in range(-900, 4_900, 90)], 130, 1_500, 0, 1),
        _wave(chance, [(1_250 - y * 0.22, y) for y in range(900, -4_900, -90)], 150, 1_700, 0, 1),
    )
    canals = tuple(_from_river(canal, line, outline) for canal in canals)
    wards = _wards(chance, outline, line)
    areas = [Area("river-lac", names.RIVER, "river", river)]
    areas += [Area(f"canal-{n + 1}", names.CANALS[n], "canal", canal) for n, canal in enumerate(canals)]
    wet = unary_union([river, *(canal.buffer(40) for canal in canals)])
    areas += [
        Area(f"park-{n + 1}", name, "park", _blob(chance, x, y, size).difference(wet))
        for n, (name, x, y, size) in enumerate(
            zip(
                names.PARKS,
                (-700, 1_700, -2_600, -1_300, 420, 2_500),
                (640, 1_650, 2_350, -1_900, 760, -1_350),
                (190, 330, 300, 280, 110, 260),
                strict=True,
            )
        )
    ]
    return Plan(outline, line, river, canals, wards, tuple(areas))


def _outline(chance: random.Random) -> Polygon:
    waves = [(k, chance.uniform(0.01, 0.06), chance.uniform(0, 6.28)) for k in range(2, 7)]
    ring = []
    for step in range(96):
        angle = 2 * math.pi * step / 96
        size = 4_600 * (1 + sum(a * math.sin(k * angle + p) for k, a, p in waves))
        ring.append((1.12 * size * math.cos(angle), 0.86 * size * math.sin(angle)))
    return Polygon(ring)


def _wave(
    chance: random.Random,
    points: list[tuple[float, float]],
    big: float,
    long: float,
    small: float,
    short: float,
) -> LineString:
    """A line that winds: two sine waves across the way it goes."""
    phase, other = chance.uniform(0, 6.28), chance.uniform(0, 6.28)
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = math.hypot(x1 - x0, y1 - y0)
    across = (-(y1 - y0) / length, (x1 - x0) / length)
    out = []
    for n, (x, y) in enumerate(points):
        way = length * n / (len(points) - 1)
        off = big * math.sin(2 * math.pi * way / long + phase) + small * math.sin(
            2 * math.pi * way / short + other
        )
        out.append((x + across[0] * off, y + across[1] * off))
    return LineString(out)


def _from_river(canal: LineString, river: LineString, outline: Polygon) -> LineString:
    """The canal from where it leaves the river to the edge of the city."""
    meets = river.intersection(canal)
    points = [meets] if isinstance(meets, Point) else list(meets.geoms)
    start = max(canal.project(point) for point in points)
    cut = substring(canal, start, canal.length).intersection(outline)
    return cut if cut.geom_type == "LineString" else max(cut.geoms, key=lambda part: part.length)


def _wards(chance: random.Random, outline: Polygon, river: LineString) -> tuple[Ward, ...]:
    lines = [outline.exterior, river]
    halves = sorted(polygonize(unary_union(lines)), key=lambda half: -half.centroid.y)
    north, south = halves[0], halves[-1]
    for half, count in ((north, len(names.NORTH_WARDS)), (south, len(names.SOUTH_WARDS))):
        cells = voronoi_diagram(MultiPoint(_spread(chance, half, count)), envelope=outline.buffer(3_000))
        edges = unary_union([cell.exterior for cell in cells.geoms])
        # A metre over the edge: the noding below cuts both neighbours at the same point, the rest dangles.
        lines.append(edges.intersection(half.buffer(1.0)))
    cells = [cell for cell in polygonize(unary_union(lines)) if cell.area > 100_000]
    named = []
    for half, given in ((north, names.NORTH_WARDS), (south, names.SOUTH_WARDS)):
        inside = [cell for cell in cells if half.contains(cell.representative_point())]
        inside.sort(key=lambda cell: math.hypot(cell.centroid.x, cell.centroid.y))
        named += list(zip(given, inside, strict=True))
    return tuple(Ward(f"phuong-{n:02d}", f"Phường {name}", cell) for n, (name, cell) in enumerate(named, 1))


def _spread(chance: random.Random, area: Polygon, count: int) -> list[tuple[float, float]]:
    """Points apart from each other: smaller wards near the centre, as towns have them."""
    found: list[tuple[float, float]] = []
    apart = 2_600.0
    while len(found) < count:
        x, y = chance.uniform(-REACH, REACH), chance.uniform(-REACH, REACH)
        room = apart * (0.5 + 0.5 * min(math.hypot(x, y) / 4_500, 1))
        if area.contains(Point(x, y)) and all(math.hypot(x - a, y - b) > room for a, b in found):
            found.append((x, y))
        apart *= 0.9985
    return found


def _blob(chance: random.Random, x: float, y: float, size: float) -> Polygon:
    phase = chance.uniform(0, 6.28)
    angles = [2 * math.pi * n / 28 for n in range(28)]
    sizes = [size * (1 + 0.18 * math.sin(2 * a + phase) + 0.08 * math.sin(5 * a)) for a in angles]
    return Polygon([(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(sizes, angles, strict=True)])
