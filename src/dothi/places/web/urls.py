# SPDX-License-Identifier: Apache-2.0
"""Addresses of places, below /places/.

Places and identity stand on one floor and do not know each other, so city hall brings the gates: `see` for those
who look, `manage` for those who write anywhere, `manage_unit` for those who write about the unit in the address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from dothi.places.web import calendar, change, intake, unit

View = Callable[..., Any]
Gate = Callable[[View], View]


def pages(*, see: Gate, manage: Gate, manage_unit: Gate) -> list[URLPattern]:
    """All pages, each behind its gate."""
    return [
        path("", see(unit.overview), name="places"),
        path("unit/<str:unit_id>/", see(unit.detail), name="place"),
        path("add/", manage(change.add), name="place_add"),
        path("unit/<str:unit_id>/change/", manage_unit(change.change), name="place_change"),
        path("unit/<str:unit_id>/settings/", manage_unit(change.put_setting), name="place_setting"),
        path("unit/<str:unit_id>/home/", manage(change.make_home), name="place_home"),
        path("event/", manage(change.replace), name="place_event"),
        path("import/", manage(intake.hand_in), name="place_import"),
        path("import/<str:mark>/", manage(intake.decide), name="place_import_decide"),
        path("calendar/", see(calendar.show), name="place_calendar"),
        path("calendar/day/", manage(calendar.put_day), name="place_calendar_day"),
        path("calendar/hours/", manage(calendar.put_hours), name="place_calendar_hours"),
    ]
