# SPDX-License-Identifier: Apache-2.0
"""The calendar of a unit: the country's official days, then what was entered for it or a unit above."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, cast

import msgspec

from dothi.foundation import clock
from dothi.places.models import CalendarDay, WorkingWeek
from dothi.places.queries.book import book
from dothi.places.rules.calendar import Calendar, DayRule, Span, Week, calendar_of
from dothi.places.rules.deadline import Limit
from dothi.places.rules.deadline import due as due_in
from dothi.places.rules.official import official


def day_rules() -> list[DayRule]:
    """Official days as shipped, and all versions of what was entered."""
    entered = [
        DayRule(
            day=row.day, kind=cast("Literal['off', 'work'] | None", row.kind or None), reason=row.reason,
            decision=row.decision, unit=row.unit_id, version=row.version, proven=bool(row.decision),
        )
        for row in CalendarDay.objects.order_by("day", "version")
    ]  # fmt: skip
    return [*official().days, *entered]


def weeks() -> list[Week]:
    entered = [
        Week(
            hours=msgspec.convert(row.hours, dict[int, tuple[Span, ...]], strict=False),
            working=frozenset(row.working), unit=row.unit_id, valid_from=row.valid_from, valid_to=row.valid_to,
            source=row.source, proven=bool(row.source),
        )
        for row in WorkingWeek.objects.order_by("-pk")
    ]  # fmt: skip
    return [*official().weeks, *entered]


def calendar(unit: str | None = None, at: date | None = None) -> Calendar:
    """The calendar that counts in a unit, by the tree of a day; without a unit, the country's."""
    day = at or clock.now().astimezone(clock.VIETNAM).date()
    return calendar_of(book().chain(unit, day) if unit else [], weeks(), day_rules())


def due(unit: str | None, at: datetime, limit: Limit) -> datetime:
    """The last instant at which something handed in at a unit is on time."""
    return due_in(calendar(unit, at.astimezone(clock.VIETNAM).date()), at, limit)
