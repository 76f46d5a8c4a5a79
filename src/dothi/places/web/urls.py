# SPDX-License-Identifier: Apache-2.0
"""Addresses of places, below /places/.

Places and identity stand on one floor and do not know each other, so city hall brings the gates: `staff` for
those who look, `admin` for those who write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from dothi.places.web import calendar, change, intake, unit

View = Callable[..., Any]
Gate = Callable[[View], View]


def pages(*, staff: Gate, admin: Gate) -> list[URLPattern]:
    """All pages, each behind its gate."""
    return [
        path("", staff(unit.overview), name="places"),
        path("unit/<str:unit_id>/", staff(unit.detail), name="place"),
        path("add/", admin(change.add), name="place_add"),
        path("unit/<str:unit_id>/change/", admin(change.change), name="place_change"),
        path("unit/<str:unit_id>/settings/", admin(change.put_setting), name="place_setting"),
        path("unit/<str:unit_id>/home/", admin(change.make_home), name="place_home"),
        path("event/", admin(change.replace), name="place_event"),
        path("import/", admin(intake.hand_in), name="place_import"),
        path("import/<str:mark>/", admin(intake.decide), name="place_import_decide"),
        path("calendar/", staff(calendar.show), name="place_calendar"),
        path("calendar/day/", admin(calendar.put_day), name="place_calendar_day"),
        path("calendar/hours/", admin(calendar.put_hours), name="place_calendar_hours"),
    ]
