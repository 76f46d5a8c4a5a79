# SPDX-License-Identifier: Apache-2.0
"""Rules of the tree of units: pure, on plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from dothi.places.errors import BadUnit

Box = tuple[float, float, float, float]


def is_valid_at(valid_from: date, valid_to: date | None, at: date) -> bool:
    """From the first day on, until before the day after the last: `valid_to` is the first day without it."""
    return valid_from <= at and (valid_to is None or at < valid_to)


def area(boundary: Mapping[str, Any]) -> BaseGeometry:
    """The geometry of a GeoJSON Polygon or MultiPolygon in WGS 84; BadUnit when it is none."""
    try:
        found = shape(boundary)
    except (ShapelyError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadUnit("places.unit.boundary") from error
    if found.geom_type not in {"Polygon", "MultiPolygon"} or found.is_empty:
        raise BadUnit("places.unit.boundary")
    west, south, east, north = found.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadUnit("places.unit.boundary")
    return found


def holds(boundary: Mapping[str, Any], lon: float, lat: float) -> bool:
    return bool(area(boundary).covers(Point(lon, lat)))


def chain(unit_id: str, parents: Mapping[str, str | None]) -> list[str]:
    """Ids from the root to the unit; a tree with a circle ends where it would repeat."""
    found: list[str] = []
    at: str | None = unit_id
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found[::-1]


def scope(ids: Iterable[str]) -> str:
    """The scope of an entity in these units: `/<city>/<ward>`."""
    return "/" + "/".join(ids)
