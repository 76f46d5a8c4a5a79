# SPDX-License-Identifier: Apache-2.0
"""Working time of a unit: the week, and the days that differ from it (Labour Code 2019, articles 111 and 112)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Literal

import msgspec

from dothi.foundation.clock import VIETNAM
from dothi.places.errors import BadCalendar
from dothi.places.rules.tree import is_valid_at

Span = tuple[time, time]
DayKind = Literal["off", "work"]


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """Hours by ISO weekday (1 Monday).

    Hours on a weekday that is not `working` are a counter's: it takes papers in, but the day is no working day
    (a Saturday morning).
    """

    hours: dict[int, tuple[Span, ...]]
    working: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    valid_from: date = date(1, 1, 1)
    valid_to: date | None = None
    unit: str | None = None
    source: str = ""
    proven: bool = False


class DayRule(msgspec.Struct, frozen=True, kw_only=True):
    """A day that differs: off, or worked although its weekday is free. The highest version counts.

    `kind` None takes the rule of the level above back.
    """

    day: date
    kind: DayKind | None
    reason: str
    decision: str = ""
    unit: str | None = None
    version: int = 0
    proven: bool = False


def check_week(week: Week) -> Week:
    """The week, or BadCalendar when hours overlap, run backwards or a working day has none."""
    for weekday, spans in week.hours.items():
        edges = [edge for span in spans for edge in span]
        if weekday not in range(1, 8) or any(a >= b for a, b in pairwise(edges)):
            raise BadCalendar("places.calendar.hours")
    if not week.working or any(not week.hours.get(weekday) for weekday in week.working):
        raise BadCalendar("places.calendar.hours")
    return week


class Calendar:
    """Weeks (the first that counts on a day is taken) and days that differ."""

    def __init__(self, weeks: Sequence[Week], days: Mapping[date, DayRule]) -> None:
        self.weeks = weeks
        self.days = days

    def week(self, day: date) -> Week:
        for week in self.weeks:
            if is_valid_at(week.valid_from, week.valid_to, day):
                return week
        raise BadCalendar("places.calendar.no_hours", day=f"{day:%d/%m/%Y}")

    def is_working(self, day: date) -> bool:
        rule = self.days.get(day)
        if rule is not None and rule.kind is not None:
            return rule.kind == "work"
        return day.isoweekday() in self.week(day).working

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Working hours of a day, in Vietnam's time; empty on a day off."""
        return _on(day, self._hours(day)) if self.is_working(day) else []

    def reception(self, day: date) -> list[tuple[datetime, datetime]]:
        """When papers are taken in: working hours, and a counter's on a day that is otherwise free."""
        rule = self.days.get(day)
        if rule is not None and rule.kind == "off":
            return []
        return _on(day, self._hours(day))

    def closing(self, day: date) -> datetime:
        """The end of a working day."""
        return self.spans(day)[-1][1]

    def _hours(self, day: date) -> tuple[Span, ...]:
        """A worked Saturday without hours of its own, or with a counter's only, has those of a working day."""
        week = self.week(day)
        weekday = day.isoweekday()
        rule = self.days.get(day)
        if rule is not None and rule.kind == "work" and weekday not in week.working:
            return week.hours[min(week.working)]
        return week.hours.get(weekday, ())


def _on(day: date, hours: Iterable[Span]) -> list[tuple[datetime, datetime]]:
    return [
        (datetime.combine(day, opens, VIETNAM), datetime.combine(day, closes, VIETNAM))
        for opens, closes in hours
    ]


def calendar_of(chain: Sequence[str], weeks: Iterable[Week], rules: Iterable[DayRule]) -> Calendar:
    """What counts in the last unit of `chain`: what is nearest to it, else what is above, else the country's."""
    nearness: dict[str | None, int] = {unit: n for n, unit in enumerate(chain)}
    nearness[None] = -1
    counting = sorted(
        (week for week in weeks if week.unit in nearness),
        key=lambda week: (nearness[week.unit], week.valid_from),
        reverse=True,
    )
    chosen: dict[date, DayRule] = {}
    newest: dict[tuple[date, str | None], DayRule] = {}
    for rule in rules:
        if rule.unit in nearness:
            kept = newest.get((rule.day, rule.unit))
            if kept is None or rule.version > kept.version:
                newest[rule.day, rule.unit] = rule
    for rule in sorted(newest.values(), key=lambda rule: nearness[rule.unit]):
        if rule.kind is not None or rule.unit is None:
            chosen[rule.day] = rule
    return Calendar(counting, chosen)
