# SPDX-License-Identifier: Apache-2.0
"""Boundaries as geometry in WGS 84."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from dothi.places.errors import BadUnit

_KM_A_DEGREE = 111.32


def area(boundary: Mapping[str, Any]) -> BaseGeometry:
    """The geometry of a GeoJSON Polygon or MultiPolygon in WGS 84; BadUnit when it is none."""
    try:
        found = shapely.from_geojson(msgspec.json.encode(boundary))
    except (ShapelyError, TypeError, ValueError) as error:
        raise BadUnit("places.unit.boundary") from error
    if found is None or found.geom_type not in {"Polygon", "MultiPolygon"} or found.is_empty:
        raise BadUnit("places.unit.boundary")
    west, south, east, north = found.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise BadUnit("places.unit.boundary")
    return found


def holds(boundary: Mapping[str, Any], lon: float, lat: float) -> bool:
    return bool(area(boundary).covers(Point(lon, lat)))


def mended(boundary: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The boundary with rings that touch or cross themselves set right, and whether that was needed."""
    found = area(boundary)
    if found.is_valid:
        return dict(boundary), False
    parts = [
        polygon
        for part in shapely.get_parts(shapely.make_valid(found))
        for polygon in shapely.get_parts(part)
        if polygon.geom_type == "Polygon" and polygon.area > 0
    ]
    if not parts:
        raise BadUnit("places.unit.boundary")
    whole = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return dict(json.loads(shapely.to_geojson(whole))), True


def square_km(found: BaseGeometry) -> float:
    """The size on the ground, good to about 1 % within Vietnam."""
    _, south, _, north = found.bounds
    return float(
        found.area * _KM_A_DEGREE**2 * math.cos(math.radians((south + north) / 2)) * (110.6 / _KM_A_DEGREE)
    )


def overlap(one: BaseGeometry, other: BaseGeometry) -> float:
    """The share that two areas have in common of what they cover together: 0 to 1."""
    one, other = shapely.make_valid(one), shapely.make_valid(other)
    together = one.union(other).area
    return float(one.intersection(other).area / together) if together else 0.0
