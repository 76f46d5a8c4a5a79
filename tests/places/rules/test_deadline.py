# SPDX-License-Identifier: Apache-2.0
"""Deadlines: the worked examples of the official calendar, and what must hold for any of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.foundation.clock import VIETNAM
from dothi.places.errors import BadCalendar
from dothi.places.rules.calendar import Calendar, DayRule, Week, calendar_of, check_week
from dothi.places.rules.deadline import Limit, OpenDue, add_months, due, received, recompute
from dothi.places.rules.official import official

COUNTRY = calendar_of([], official().weeks, official().days)
MORNING = ((time(7, 30), time(11, 30)),)


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("came", "limit", "expected"),
    [
        ("13/02/2026 09:00", Limit(3, "working_days"), "25/02/2026 17:00"),
        ("31/12/2025 16:00", Limit(7, "working_days"), "12/01/2026 17:00"),
        ("20/11/2026 15:30", Limit(4, "hours"), "23/11/2026 10:00"),
        ("20/11/2026 17:30", Limit(1, "working_days"), "25/11/2026 17:00"),
        ("20/11/2026 17:00", Limit(1, "hours"), "23/11/2026 08:30"),
        ("23/11/2026 07:00", Limit(1, "hours"), "23/11/2026 08:30"),
        ("23/11/2026 12:00", Limit(1, "hours"), "23/11/2026 14:30"),
        ("20/11/2026 10:00", Limit(2, "hours"), "20/11/2026 14:00"),
        ("20/11/2026 10:00", Limit(1.5, "hours"), "20/11/2026 11:30"),
        ("21/11/2026 10:00", Limit(0, "working_days"), "23/11/2026 17:00"),
        ("30/04/2025 09:00", Limit(0, "hours"), "05/05/2025 07:30"),
        ("25/04/2025 09:00", Limit(1, "working_days"), "26/04/2025 17:00"),
        ("26/04/2025 09:00", Limit(1, "hours"), "26/04/2025 10:00"),
        ("06/02/2026 09:00", Limit(10, "days"), "23/02/2026 17:00"),
        ("06/02/2026 09:00", Limit(6, "days"), "12/02/2026 17:00"),
        ("30/11/2026 09:00", Limit(3, "months"), "01/03/2027 17:00"),
        ("31/08/2026 09:00", Limit(1, "months"), "05/10/2026 17:00"),
        ("21/08/2026 09:00", Limit(1, "working_days"), "22/08/2026 17:00"),
    ],
)
def test_due_is_that_of_the_official_calendar_when_asked(came: str, limit: Limit, expected: str) -> None:
    assert due(COUNTRY, at(came), limit) == at(expected)


def test_due_counts_from_monday_when_a_counter_is_closed_and_from_saturday_when_it_is_open() -> None:
    hours = {**official().weeks[0].hours, 6: MORNING}
    counter = Calendar([Week(hours=hours)], COUNTRY.days)

    assert received(counter, at("21/11/2026 09:00")) == at("21/11/2026 09:00")
    assert not counter.is_working(date(2026, 11, 21))
    assert due(counter, at("21/11/2026 09:00"), Limit(1, "working_days")) == at("23/11/2026 17:00")
    assert due(COUNTRY, at("21/11/2026 09:00"), Limit(1, "working_days")) == at("25/11/2026 17:00")
    assert due(counter, at("21/11/2026 09:00"), Limit(1, "hours")) == at("23/11/2026 08:30")
    assert counter.spans(date(2026, 1, 10))[-1][1] == at("10/01/2026 17:00")


@pytest.mark.parametrize("limit", [Limit(-1, "days"), Limit(1.5, "working_days"), Limit(0.5, "months")])
def test_limit_is_refused_when_it_is_no_number_of_days(limit: Limit) -> None:
    with pytest.raises(BadCalendar):
        due(COUNTRY, at("20/11/2026 09:00"), limit)


def test_calendar_that_never_opens_is_told_when_asked() -> None:
    shut = Calendar([Week(hours={1: MORNING}, working=frozenset({1}), valid_to=date(2026, 12, 1))], {})

    with pytest.raises(BadCalendar):
        due(shut, at("01/12/2026 09:00"), Limit(1, "hours"))


@pytest.mark.parametrize(
    "hours",
    [
        {1: ((time(9), time(8)),)},
        {1: ((time(7), time(11)), (time(10), time(17)))},
        {2: MORNING},
        {8: MORNING, 1: MORNING},
        {1: ()},
    ],
)
def test_week_is_refused_when_its_hours_are_no_hours(hours: dict[int, tuple[tuple[time, time], ...]]) -> None:
    with pytest.raises(BadCalendar):
        check_week(Week(hours=hours, working=frozenset({1})))


def test_nearest_rule_counts_when_a_unit_differs_from_those_above() -> None:
    day = date(2026, 12, 1)
    rules = [
        DayRule(day=day, kind="off", reason="Lễ hội tỉnh", unit="tinh", version=1),
        DayRule(day=day, kind="work", reason="Xã vẫn làm", unit="xa", version=1),
        DayRule(day=day, kind=None, reason="Bỏ quy định riêng", unit="xa", version=2),
        DayRule(day=day, kind="work", reason="Phường vẫn làm", unit="phuong", version=1),
    ]
    week = Week(hours=official().weeks[0].hours)

    working = {
        unit: calendar_of(chain, [week], rules).is_working(day)
        for unit, chain in {
            "tinh": ["tinh"],
            "xa": ["tinh", "xa"],
            "phuong": ["tinh", "phuong"],
            "khac": [],
        }.items()
    }

    assert working == {"tinh": False, "xa": False, "phuong": True, "khac": True}


def test_week_of_the_unit_counts_from_its_day_when_it_has_one() -> None:
    own = Week(hours=dict.fromkeys(range(1, 6), MORNING), unit="xa", valid_from=date(2026, 12, 1))
    found = calendar_of(["tinh", "xa"], [*official().weeks, own], [])

    assert found.closing(date(2026, 11, 30)) == at("30/11/2026 17:00")
    assert found.closing(date(2026, 12, 1)) == at("01/12/2026 11:30")


def test_edited_calendar_moves_open_dues_later_only_when_nobody_confirmed() -> None:
    old = due(COUNTRY, at("20/11/2026 09:00"), Limit(2, "working_days"))
    later = Calendar(COUNTRY.weeks, {**COUNTRY.days, date(2026, 11, 25): DayRule(day=date(2026, 11, 25), kind="off", reason="Bão")})  # fmt: skip
    sooner = Calendar(COUNTRY.weeks, {})
    one = OpenDue("hs-1", at("20/11/2026 09:00"), Limit(2, "working_days"), old)

    assert old == at("25/11/2026 17:00")
    assert [(c.new, c.applies) for c in recompute(later, [one])] == [(at("26/11/2026 17:00"), True)]
    assert [(c.new, c.applies) for c in recompute(sooner, [one])] == [(at("24/11/2026 17:00"), False)]
    assert [c.applies for c in recompute(sooner, [one], frozenset({"hs-1"}))] == [True]
    assert recompute(COUNTRY, [one]) == []


def test_month_ends_on_its_last_day_when_the_same_day_does_not_exist() -> None:
    assert [add_months(date(2026, 1, 31), n) for n in (1, 13, 25)] == [
        date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]  # fmt: skip


instants = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(VIETNAM))
days = st.dictionaries(
    st.dates(date(2025, 1, 1), date(2027, 6, 30)), st.sampled_from(["off", "work"]), max_size=25
)
limits = st.one_of(
    st.builds(Limit, st.integers(0, 60).map(float), st.sampled_from(["working_days", "days", "months"])),
    st.builds(Limit, st.floats(0, 90), st.just("hours")),
)


def _calendar(found: dict[date, str]) -> Calendar:
    rules = {day: DayRule(day=day, kind=kind, reason="x") for day, kind in found.items()}  # type: ignore[arg-type]  # - drawn of the two
    return Calendar(official().weeks, rules)


@given(instants, limits, days)
def test_due_lies_in_working_time_after_receipt_whatever_the_calendar(
    came: datetime, limit: Limit, found: dict[date, str]
) -> None:
    calendar = _calendar(found)

    end = due(calendar, came, limit)

    assert end >= received(calendar, came) >= came
    assert calendar.is_working(end.date())
    assert any(opens <= end <= closes for opens, closes in calendar.spans(end.date()))


@given(instants, instants, limits, days)
def test_who_comes_earlier_is_never_due_later_whatever_the_calendar(
    one: datetime, other: datetime, limit: Limit, found: dict[date, str]
) -> None:
    calendar = _calendar(found)
    first, second = sorted((one, other))

    assert due(calendar, first, limit) <= due(calendar, second, limit)


@given(instants, st.integers(0, 40), days)
def test_as_many_working_days_lie_between_as_were_given_whatever_the_calendar(
    came: datetime, count: int, found: dict[date, str]
) -> None:
    calendar = _calendar(found)
    start = received(calendar, came).date()

    end = due(calendar, came, Limit(count, "working_days")).date()

    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(calendar.is_working(day) for day in between) == (count or int(not calendar.is_working(start)))


@given(instants, st.floats(0, 60), days)
def test_as_many_working_hours_lie_between_as_were_given_whatever_the_calendar(
    came: datetime, hours: float, found: dict[date, str]
) -> None:
    calendar = _calendar(found)
    start = received(calendar, came)

    end = due(calendar, came, Limit(hours, "hours"))

    worked = timedelta()
    for n in range((end.date() - start.date()).days + 1):
        for opens, closes in calendar.spans(start.date() + timedelta(days=n)):
            worked += max(timedelta(), min(closes, end) - max(opens, start))
    assert abs(worked - timedelta(hours=hours)) < timedelta(milliseconds=1)


@given(instants, limits, days, st.dates(date(2025, 1, 1), date(2027, 6, 30)))
def test_another_day_off_never_makes_anything_due_sooner_whatever_the_calendar(
    came: datetime, limit: Limit, found: dict[date, str], off: date
) -> None:
    less = _calendar({**found, off: "off"})

    assert due(less, came, limit) >= due(_calendar(found), came, limit)
