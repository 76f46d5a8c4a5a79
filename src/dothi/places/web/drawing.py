# SPDX-License-Identifier: Apache-2.0
"""Outlines of units as SVG paths: small enough for any page, and they need no map."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from dothi.places.rules.geometry import area

WIDTH, HEIGHT = 480, 320
_MARGIN = 8


def outlines(own: Mapping[str, Any] | None, below: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any] | None:
    """The paths of a unit and of those below it, in one box; None without a border."""
    if not own:
        return None
    shape = area(own)
    west, south, east, north = shape.bounds
    shrink = math.cos(math.radians((south + north) / 2))
    scale = min(
        (WIDTH - 2 * _MARGIN) / max((east - west) * shrink, 1e-9),
        (HEIGHT - 2 * _MARGIN) / max(north - south, 1e-9),
    )
    left = (WIDTH - (east - west) * shrink * scale) / 2
    top = (HEIGHT - (north - south) * scale) / 2
    step = 0.7 / scale

    def path(found: BaseGeometry) -> str:
        rings = []
        for polygon in shapely.get_parts(found.simplify(step)):
            if polygon.is_empty:
                continue
            for ring in (polygon.exterior, *polygon.interiors):
                points = [
                    f"{left + (x - west) * shrink * scale:.1f} {top + (north - y) * scale:.1f}"
                    for x, y, *_ in ring.coords
                ]
                rings.append("M" + "L".join(points) + "Z")
        return "".join(rings)

    return {
        "own": path(shape), "below": [path(area(one)) for one in below], "width": WIDTH, "height": HEIGHT,
    }  # fmt: skip
