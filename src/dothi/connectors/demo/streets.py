# SPDX-License-Identifier: Apache-2.0
"""Streets of the demo city: two rings, radials over the river, its banks, and a grid of its own in each ward."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from shapely import affinity
from shapely.geometry import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from dothi.connectors.demo import names
from dothi.connectors.demo.plan import REACH, Plan

COUNT = 150


@dataclass(frozen=True)
class Street:
    """`level`: primary, secondary, residential or bridge; `lanes` both ways together."""

    code: str
    name: str
    level: str
    lanes: int
    line: LineString


def make(seed: int, plan: Plan) -> tuple[Street, ...]:
    """About 150 named streets and the bridges of those that cross the river."""
    chance = random.Random(seed + 1)  # noqa: S311 - a town plan, not a secret
    main = [*_radials(chance, plan), *_rings(plan)]
    banks = _banks(plan)
    wet = unary_union([plan.river.buffer(25), *(canal.buffer(22) for canal in plan.canals)])
    quiet = unary_union([wet, *(line.buffer(55) for _, line in [*main, *banks])])
    quiet = unary_union([quiet, *(a.shape.buffer(10) for a in plan.areas if a.kind == "park")])
    found = [Street("", name, "primary", 6, line) for name, line in main]
    found += [Street("", name, "secondary", 4, line) for name, line in banks]
    free = iter(names.STREETS)
    small = sorted(_grids(chance, plan, quiet, wet), key=lambda line: -line.length)[: COUNT - len(found)]
    small.sort(key=lambda line: math.hypot(line.centroid.x, line.centroid.y))
    for line in small:
        level, lanes = ("secondary", 4) if line.length > 1_100 else ("residential", 2)
        found.append(Street("", next(free), level, lanes, line))
    found += _bridges(plan, [line for _, line in main])
    return tuple(
        Street(f"{'bridge' if s.level == 'bridge' else 'street'}-{n:03d}", s.name, s.level, s.lanes, s.line)
        for n, s in enumerate(found, 1)
    )


def _longest(shape: BaseGeometry) -> LineString:
    if isinstance(shape, MultiLineString):
        return max(shape.geoms, key=lambda part: part.length)
    assert isinstance(shape, LineString)
    return shape


def _radials(chance: random.Random, plan: Plan) -> list[tuple[str, LineString]]:
    """Roads from the inner ring to the city's edge, and one straight through the centre over the river."""
    inside = plan.outline.buffer(-120)
    ways = []
    count = len(names.RADIALS) - 1
    for n in range(count):
        angle = 2 * math.pi * (n + 0.35) / count + chance.uniform(-0.12, 0.12)
        bend = chance.uniform(-0.12, 0.12)
        points = [
            (r * math.cos(angle + bend * r / 5_000), r * math.sin(angle + bend * r / 5_000))
            for r in range(420 if n % 2 else 900, 6_000, 200)
        ]
        dry = LineString(points).intersection(inside).difference(plan.river.buffer(45))
        ways.append((names.RADIALS[n + 1], _longest(dry)))
    through = LineString([(250 + 60 * math.sin(y / 900), y) for y in range(-6_000, 6_001, 200)])
    return [(names.RADIALS[0], _longest(through.intersection(inside))), *ways]


def _rings(plan: Plan) -> list[tuple[str, LineString]]:
    inside = plan.outline.buffer(-60)
    ways = []
    for size, four in zip((1_350, 3_050), names.RINGS, strict=True):
        for quarter, name in enumerate(four):
            points = []
            for step in range(19):
                angle = math.pi / 4 + (quarter + step / 18) * math.pi / 2
                r = size * (1 + 0.05 * math.sin(3 * angle))
                points.append((1.15 * r * math.cos(angle), 0.9 * r * math.sin(angle)))
            ways.append((name, _longest(LineString(points).intersection(inside))))
    return ways


def _banks(plan: Plan) -> list[tuple[str, LineString]]:
    """Embankments: both sides of the river, each in two names."""
    ways = []
    for side, pair in ((150, names.BANKS[:2]), (-150, names.BANKS[2:])):
        line = _longest(plan.river_line.offset_curve(side).intersection(plan.outline.buffer(-250)))
        points = list(line.coords)
        if points[0][0] > points[-1][0]:
            points.reverse()
        cut = min(range(len(points)), key=lambda n: abs(points[n][0] - 150))
        ways += [(pair[0], LineString(points[: cut + 1])), (pair[1], LineString(points[cut:]))]
    return [(name, line.simplify(8)) for name, line in ways]


def _grids(chance: random.Random, plan: Plan, quiet: BaseGeometry, wet: BaseGeometry) -> list[LineString]:
    found = []
    for ward in plan.wards:
        middle = ward.shape.centroid
        far = math.hypot(middle.x, middle.y)
        gap = 240 + far * 0.055 + chance.uniform(-20, 20)
        turn = chance.uniform(-28, 28)
        room = ward.shape.buffer(-45).difference(quiet)
        for way in (0, 90):
            offset = -REACH + chance.uniform(0, gap)
            while offset < REACH:
                line = LineString([(-REACH, offset), (REACH, offset)])
                line = affinity.rotate(line, turn + way, origin=(0, 0))
                line = affinity.translate(line, middle.x, middle.y)
                found += _spans(line, room, wet)
                offset += gap * chance.uniform(0.85, 1.25)
    return found


def _spans(line: LineString, room: BaseGeometry, wet: BaseGeometry) -> list[LineString]:
    """The long parts of a line inside `room`, each led on to the road that bounds it, never into water."""
    cut = line.intersection(room)
    parts = list(cut.geoms) if isinstance(cut, MultiLineString) else [cut]
    long = [part for part in parts if isinstance(part, LineString) and part.length > 260]
    led = [affinity.scale(part, *[1 + 120 / part.length] * 2, origin="center") for part in long]
    return [_longest(part.difference(wet)).segmentize(160) for part in led]


def _bridges(plan: Plan, lines: list[LineString]) -> list[Street]:
    found: list[Street] = []
    taken: list[Point] = []
    for line in lines:
        cut = line.intersection(plan.river.buffer(30))
        for part in cut.geoms if isinstance(cut, MultiLineString) else [cut]:
            middle = part.centroid
            crosses = isinstance(part, LineString) and part.intersects(plan.river_line) and part.length < 420
            if crosses and all(middle.distance(p) > 200 for p in taken) and len(found) < len(names.BRIDGES):
                taken.append(middle)
                found.append(Street("", names.BRIDGES[len(found)], "bridge", 4, part))
    return found
