# SPDX-License-Identifier: Apache-2.0
"""Deadlines in a calendar (Civil Code 2015, articles 147 and 148).

Days are counted from the day after the event. A period that ends on a day off ends with the next working day.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from dothi.foundation.clock import VIETNAM
from dothi.places.errors import BadCalendar
from dothi.places.rules.calendar import Calendar

Measure = Literal["hours", "working_days", "days", "months"]
_FURTHEST = 3660
"""Days that are looked ahead: a calendar without working time must not turn for ever."""


class Limit(msgspec.Struct, frozen=True):
    """How long something may take."""

    amount: float
    measure: Measure


def _days_from(first: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range(_FURTHEST))


def _working_from(calendar: Calendar, first: date) -> date:
    for day in _days_from(first):
        if calendar.is_working(day):
            return day
    raise BadCalendar("places.calendar.never_open")


def received(calendar: Calendar, at: datetime) -> datetime:
    """When something handed in counts as received: at once in office hours, else at the next opening."""
    here = at.astimezone(VIETNAM)
    for day in _days_from(here.date()):
        for opens, closes in calendar.reception(day):
            if here < opens:
                return opens
            if here < closes:
                return here
    raise BadCalendar("places.calendar.never_open")


def add_hours(calendar: Calendar, at: datetime, hours: float) -> datetime:
    """The instant after so many working hours."""
    left = timedelta(hours=hours)
    here = at.astimezone(VIETNAM)
    for day in _days_from(here.date()):
        for opens, closes in calendar.spans(day):
            start = max(opens, here)
            if start >= closes:
                continue
            if left <= closes - start:
                return start + left
            left -= closes - start
    raise BadCalendar("places.calendar.never_open")


def add_working_days(calendar: Calendar, first: date, count: int) -> date:
    """The day that is `count` working days after `first`, which is not counted itself."""
    day = first
    for _ in range(count):
        day = _working_from(calendar, day + timedelta(days=1))
    return _working_from(calendar, day)


def add_months(first: date, count: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(year, month + 1, min(first.day, months.monthrange(year, month + 1)[1]))


def due(calendar: Calendar, at: datetime, limit: Limit) -> datetime:
    """The last instant at which something handed in at `at` is on time, in Vietnam's time."""
    if limit.amount < 0 or (limit.measure != "hours" and limit.amount != int(limit.amount)):
        raise BadCalendar("places.calendar.limit")
    start = received(calendar, at)
    if limit.measure == "hours":
        return add_hours(calendar, start, limit.amount)
    count = int(limit.amount)
    if limit.measure == "working_days":
        return calendar.closing(add_working_days(calendar, start.date(), count))
    last = (
        start.date() + timedelta(days=count) if limit.measure == "days" else add_months(start.date(), count)
    )
    return calendar.closing(_working_from(calendar, last))


class OpenDue(msgspec.Struct, frozen=True):
    """Something that is still under way: when it came in, how long it may take, when it is due."""

    id: str
    at: datetime
    limit: Limit
    due: datetime


class DueChange(msgspec.Struct, frozen=True):
    """What an edited calendar does to a due date; an earlier one waits until a person confirms."""

    id: str
    old: datetime
    new: datetime
    applies: bool


def recompute(
    calendar: Calendar, under_way: Iterable[OpenDue], confirmed: frozenset[str] = frozenset()
) -> list[DueChange]:
    """The due dates that an edited calendar changes: later ones apply, earlier ones only when confirmed."""
    found = []
    for one in under_way:
        new = due(calendar, one.at, one.limit)
        if new != one.due:
            found.append(DueChange(one.id, one.due, new, new > one.due or one.id in confirmed))
    return found
