# SPDX-License-Identifier: Apache-2.0
"""Geo-queries (CIM 009 4.10): four numbers for the index, then the exact test on the shapes that remain."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec
import shapely
from shapely.geometry import shape as to_shape
from shapely.geometry.base import BaseGeometry

from dothi.broker.model import Entity
from dothi.broker.ngsi import values
from dothi.broker.ngsi.context import Terms
from dothi.broker.ngsi.faults import BadRequestData
from dothi.broker.ngsi.geodesic import distance

RELATIONS = frozenset({"near", "within", "contains", "intersects", "disjoint", "equals", "overlaps"})
TEXT = 400_000
_METRES_A_DEGREE = 110_540.0
"""Never more than the true length of a degree of latitude: the box must not be too small."""

Box = tuple[float, float, float, float]


class GeoQuery(msgspec.Struct, kw_only=True, frozen=True):
    """`low`/`high`: minDistance and maxDistance in metres. `property`: IRI of the GeoProperty."""

    relation: str
    shape: Any
    property: str
    low: float | None = None
    high: float | None = None

    def box(self) -> Box | None:
        """West, south, east, north that every match meets; None when matches can be anywhere."""
        if self.relation == "disjoint" or (self.relation == "near" and self.high is None):
            return None
        west, south, east, north = self.shape.bounds
        if self.high is not None:
            up = self.high / _METRES_A_DEGREE
            south, north = south - up, north + up
            widest = max(abs(south), abs(north))
            side = up / math.cos(math.radians(widest)) if widest < 89 else 360.0
            west, east = west - side, east + side
        # A circle over the date line meets both edges of the map: leave it to the exact test.
        if west < -180 or east > 180:
            west, east = -180.0, 180.0
        return west, max(south, -90.0), east, min(north, 90.0)

    def matches(self, entity: Entity) -> bool:
        """Whether any instance of the GeoProperty fulfils the relation."""
        instances = entity.attrs.get(self.property, {})
        return any(i.get("type") == "GeoProperty" and self.holds(i.get("value")) for i in instances.values())

    def holds(self, geometry: Any) -> bool:
        try:
            other = to_shape(geometry)
        except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
            return False
        if self.relation == "near":
            metres = distance(self.shape, other)
            return (self.high is None or metres <= self.high) and (self.low is None or metres >= self.low)
        if not other.is_valid:
            other = shapely.make_valid(other)
        return bool(getattr(other, self.relation)(self.shape))


def parse(parameters: Mapping[str, Any], terms: Terms) -> GeoQuery | None:
    """The geo-query of a request, None when it has none; the parameters come as texts or as JSON values."""
    relation_text = parameters.get("georel")
    if relation_text is None:
        for name in ("geometry", "coordinates"):
            if name in parameters:
                raise _wrong("georel", "near, within, contains, intersects, disjoint, equals, overlaps")
        return None
    relation, *modifiers = str(relation_text).split(";")
    if relation not in RELATIONS or (modifiers and relation != "near"):
        raise _wrong(
            "georel", "near;maxDistance==1000, within, contains, intersects, disjoint, equals, overlaps"
        )
    low, high = _distances(modifiers) if relation == "near" else (None, None)
    prop = parameters.get("geoproperty") or "location"
    if not isinstance(prop, str):
        raise _wrong("geoproperty", "name")
    return GeoQuery(
        relation=relation, shape=_shape(parameters), property=terms.expand(prop), low=low, high=high
    )


def _distances(modifiers: list[str]) -> tuple[float | None, float | None]:
    found: dict[str, float] = {}
    for modifier in modifiers:
        name, sign, text = modifier.partition("==")
        try:
            metres = float(text)
        except ValueError:
            metres = -1.0
        if not sign or name not in {"minDistance", "maxDistance"} or not 0 <= metres < 1e9:
            raise _wrong("georel", "near;maxDistance==1000")
        found[name] = metres
    if not found:
        raise _wrong("georel", "near;maxDistance==1000")
    return found.get("minDistance"), found.get("maxDistance")


def _shape(parameters: Mapping[str, Any]) -> BaseGeometry:
    coordinates = parameters.get("coordinates")
    if isinstance(coordinates, str):
        if len(coordinates) > TEXT:
            raise BadRequestData("broker.ngsi.many_vertices", member="coordinates", most=values.VERTICES)
        try:
            coordinates = json.loads(coordinates)
        except (ValueError, RecursionError):
            raise _wrong("coordinates", "[106.7, 10.8]") from None
    geometry = {"type": parameters.get("geometry"), "coordinates": coordinates}
    if not isinstance(geometry["type"], str) or geometry["type"] not in values.GEOMETRIES:
        raise _wrong("geometry", ", ".join(sorted(values.GEOMETRIES)))
    values.geometry(geometry, "coordinates")
    found = to_shape(geometry)
    return found if found.is_valid else shapely.make_valid(found)


def _wrong(name: str, wanted: str) -> BadRequestData:
    return BadRequestData("broker.ngsi.bad_parameter", name=name, wanted=wanted)
