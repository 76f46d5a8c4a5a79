# SPDX-License-Identifier: Apache-2.0
"""Rows of places, one noun a file."""

from __future__ import annotations

from dothi.places.models.calendar import CalendarDay, WorkingWeek
from dothi.places.models.setting import PlaceSetting
from dothi.places.models.unit import Edition, Unit, UnitCode, UnitEvent, UnitPart, UnitPast

__all__ = [
    "CalendarDay",
    "Edition",
    "PlaceSetting",
    "Unit",
    "UnitCode",
    "UnitEvent",
    "UnitPart",
    "UnitPast",
    "WorkingWeek",
]
