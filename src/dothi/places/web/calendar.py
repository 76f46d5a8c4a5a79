# SPDX-License-Identifier: Apache-2.0
"""The calendar of a unit: days that differ, hours, and a deadline to try."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dothi.places.actions.calendar import set_day, set_week, swap_days
from dothi.places.errors import BadCalendar, RefusedForm
from dothi.places.queries import unit as queries
from dothi.places.queries.book import book
from dothi.places.queries.calendar import calendar
from dothi.places.rules.calendar import Calendar, Week
from dothi.places.rules.deadline import Limit, Measure, due
from dothi.places.web import forms

MEASURES: tuple[Measure, ...] = ("working_days", "hours", "days", "months")
WEEKDAYS = range(1, 8)
KINDS = ("off", "work", "swap", "usual")


def _hours(week: Week) -> list[dict[str, Any]]:
    return [
        {
            "weekday": n,
            "working": n in week.working,
            "hours": ", ".join(f"{a:%H:%M}\u2013{b:%H:%M}" for a, b in week.hours.get(n, ())),
        }
        for n in WEEKDAYS
    ]


def _trial(asked: QueryDict, found: Calendar) -> dict[str, Any]:
    """What a deadline would be; the default is the question of the moment."""
    given = {name: asked.get(name, "") for name in ("received", "amount", "measure")}
    given["measure"] = given["measure"] if given["measure"] in MEASURES else "working_days"
    if not given["received"]:
        return {"given": given, "due": None, "wrong": ""}
    at = forms.moment_of(given["received"])
    try:
        amount = float(given["amount"].replace(",", "."))
    except ValueError:
        amount = -1
    if at is None or not 0 <= amount <= 2000:
        return {"given": given, "due": None, "wrong": "places.calendar.limit"}
    measure: Measure = next(m for m in MEASURES if m == given["measure"])
    try:
        return {"given": given, "due": due(found, at, Limit(amount, measure)), "wrong": ""}
    except BadCalendar as error:
        return {
            "given": given,
            "due": None,
            "wrong": error.key if not error.values else "places.calendar.limit",
        }


def _days(found: Calendar, year: int) -> list[dict[str, Any]]:
    names = book()
    return [
        {"rule": rule, "weekday": day.isoweekday(), "where": names.last(rule.unit) if rule.unit else None}
        for day, rule in sorted(found.days.items())
        if day.year == year and rule.kind
    ]


def _page(request: HttpRequest, unit: str | None, extra: dict[str, Any]) -> dict[str, Any]:
    today = queries.today()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and 2000 <= int(asked) <= 2100 else today.year
    found = calendar(unit)
    week = found.week(today)
    return {
        "unit": book().last(unit) if unit else None,
        "unit_id": unit or "",
        "units": forms.units(),
        "year": year,
        "years": range(today.year - 1, today.year + 3),
        "days": _days(found, year),
        "week": week,
        "week_from": book().last(week.unit) if week.unit else None,
        "hours": _hours(week),
        "working_now": found.is_working(today),
        "today": today,
        "kinds": KINDS,
        "measures": MEASURES,
        "trial": _trial(request.GET, found),
        "given": {},
        "wrong": {},
        **extra,
    }


def _unit(data: QueryDict) -> str | None:
    return forms.unit_of(data.get("unit", ""))


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    root = None if "unit" in request.GET else queries.root_unit()
    page = _page(request, root.pk if root else _unit(request.GET), forms.heard(request))
    return render(request, "places/calendar.html", page)


def _back(unit: str | None, year: int) -> HttpResponse:
    return redirect(f"/places/calendar/?unit={unit or ''}&year={year}")


def _put_day(request: HttpRequest, unit: str | None) -> date:
    post = request.POST
    kind = post.get("kind", "")
    day = forms.day(post, "day")
    words = {
        "reason": forms.text(post, "reason"),
        "decision": forms.text(post, "decision"),
        "by": forms.account(request),
        "tenant": forms.tenant(request),
    }
    if kind not in KINDS:
        raise RefusedForm({"kind": "places.form.kind"})
    if not words["reason"]:
        raise RefusedForm({"reason": "places.calendar.reason"})
    if kind != "usual" and not words["decision"]:
        raise RefusedForm({"decision": "places.form.decision"})
    if kind == "swap":
        work = forms.day(post, "work")
        if work == day:
            raise RefusedForm({"work": "places.calendar.swap_same"})
        swap_days(off=day, work=work, unit=unit, **words)
    else:
        set_day(
            day=day, kind="off" if kind == "off" else "work" if kind == "work" else None, unit=unit, **words
        )
    return day


@require_POST
def put_day(request: HttpRequest) -> HttpResponse:
    """A day off, a worked one, a swap, or the usual rule again; the version before stays."""
    unit = _unit(request.POST)
    try:
        day = _put_day(request, unit)
    except RefusedForm as refusal:
        given = {
            field: forms.text(request.POST, field) for field in ("day", "work", "kind", "reason", "decision")
        }
        page = _page(request, unit, {"given": given, "wrong": refusal.fields})
        return render(request, "places/calendar.html", page, status=400)
    forms.say(request, "places.said.day")
    return _back(unit, day.year)


@require_POST
def put_hours(request: HttpRequest) -> HttpResponse:
    """Working hours of a unit from a day on."""
    post = request.POST
    unit = _unit(post)
    try:
        hours = {n: found for n in WEEKDAYS if (found := forms.spans(post.get(f"hours_{n}", "")))}
        week = Week(
            hours=hours, working=frozenset(n for n in WEEKDAYS if post.get(f"working_{n}") == "on"), unit=unit,
            valid_from=forms.day(post, "valid_from"), source=forms.text(post, "source", 300),
        )  # fmt: skip
        set_week(week=week, by=forms.account(request), tenant=forms.tenant(request))
    except (ValueError, BadCalendar):
        page = _page(request, unit, {"wrong": {"hours_1": "places.calendar.hours"}})
        return render(request, "places/calendar.html", page, status=400)
    except RefusedForm as refusal:
        page = _page(request, unit, {"wrong": refusal.fields})
        return render(request, "places/calendar.html", page, status=400)
    forms.say(request, "places.said.hours")
    return _back(unit, queries.today().year)
