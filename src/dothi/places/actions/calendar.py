# SPDX-License-Identifier: Apache-2.0
"""Calendars are written: each entry is a new version, the old ones stay."""

from __future__ import annotations

from datetime import date

import msgspec
from django.db import transaction
from django.db.models import Max

from dothi.foundation.text import nfc
from dothi.ledger.door import note
from dothi.places.errors import BadCalendar
from dothi.places.models import CalendarDay, Unit, WorkingWeek
from dothi.places.rules.calendar import DayKind, Week, check_week


def _check_unit(unit: str | None) -> None:
    if unit is not None and not Unit.objects.filter(pk=unit).exists():
        raise BadCalendar("places.calendar.unit")


@transaction.atomic
def set_day(
    *,
    day: date,
    kind: DayKind | None,
    reason: str,
    decision: str = "",
    unit: str | None = None,
    by: str = "",
    tenant: str = "",
) -> CalendarDay:
    """A day off or a worked one, in a unit and all below it; kind None takes the rule above again."""
    _check_unit(unit)
    reason = nfc(reason)
    if not reason:
        raise BadCalendar("places.calendar.reason")
    newest = CalendarDay.objects.filter(unit=unit, day=day).aggregate(newest=Max("version"))["newest"] or 0
    made = CalendarDay.objects.create(
        tenant=tenant, unit_id=unit, day=day, kind=kind or "", reason=reason[:300],
        decision=nfc(decision)[:300], version=newest + 1, by=by,
    )  # fmt: skip
    note(
        "places.act.day_set",
        f"day:{day.isoformat()}",
        tenant=tenant,
        unit=unit or "",
        kind=kind or "",
        decision=made.decision,
        version=made.version,
    )
    return made


@transaction.atomic
def swap_days(
    *,
    off: date,
    work: date,
    reason: str,
    decision: str,
    unit: str | None = None,
    by: str = "",
    tenant: str = "",
) -> tuple[CalendarDay, CalendarDay]:
    """A working day that becomes free and the free day that is worked for it."""
    if off == work:
        raise BadCalendar("places.calendar.swap_same")
    return (
        set_day(day=off, kind="off", reason=reason, decision=decision, unit=unit, by=by, tenant=tenant),
        set_day(day=work, kind="work", reason=reason, decision=decision, unit=unit, by=by, tenant=tenant),
    )


@transaction.atomic
def set_week(*, week: Week, by: str = "", tenant: str = "") -> WorkingWeek:
    """Working hours of a unit and all below it from a day on; of several, the one that began last counts."""
    check_week(week)
    _check_unit(week.unit)
    note(
        "places.act.hours_set", f"unit:{week.unit or 'all'}", tenant=tenant, since=week.valid_from.isoformat()
    )
    return WorkingWeek.objects.create(
        tenant=tenant, unit_id=week.unit, hours=msgspec.to_builtins(week.hours, str_keys=True),
        working=sorted(week.working), valid_from=week.valid_from,
        valid_to=week.valid_to, source=nfc(week.source)[:300], by=by,
    )  # fmt: skip
