# SPDX-License-Identifier: Apache-2.0
"""Boundaries of all dates in one index: which unit holds a point on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from dothi.places.rules.tree import is_valid_at


class Area(msgspec.Struct, frozen=True):
    """A unit's boundary, as long as it was so."""

    unit: str
    shape: BaseGeometry
    valid_from: date
    valid_to: date | None


class Atlas:
    """An index of boxes in front of prepared polygons: a few µs for a point, whatever the number of units."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas = list(areas)
        self._sizes = [area.shape.area for area in self._areas]
        for area in self._areas:
            shapely.prepare(area.shape)
        self._index = shapely.STRtree([area.shape for area in self._areas])

    def __len__(self) -> int:
        return len(self._areas)

    def units_at(self, lon: float, lat: float, day: date) -> list[str]:
        """The units that hold a point on a day, the smallest first; on a common border, all that share it."""
        point = shapely.Point(lon, lat)
        near = [int(n) for n in self._index.query(point)]
        found = [
            n
            for n in near
            if is_valid_at(self._areas[n].valid_from, self._areas[n].valid_to, day)
            and self._areas[n].shape.covers(point)
        ]
        return [self._areas[n].unit for n in sorted(found, key=self._sizes.__getitem__)]
