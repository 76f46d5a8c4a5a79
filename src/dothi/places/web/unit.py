# SPDX-License-Identifier: Apache-2.0
"""Pages that look: the tree of a day, what was searched, one unit with all that belongs to it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dothi.places.errors import NoSuchUnit
from dothi.places.models import Unit
from dothi.places.queries import unit as queries
from dothi.places.queries.book import book, edition
from dothi.places.queries.calendar import calendar
from dothi.places.queries.setting import settings_rows
from dothi.places.rules.geometry import area
from dothi.places.rules.grid import grid_point, zone_of
from dothi.places.rules.setting import resolve
from dothi.places.rules.tree import Tree
from dothi.places.web import drawing, forms

_MANY = 400
"""Outlines of so many units below are drawn; more would be a grey field."""


def _rows(tree: Tree, units: list[str], codes: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": unit, "version": tree.units[unit], "code": codes.get(unit, ""), "below": len(tree.subtree(unit)) - 1}
        for unit in units
    ]  # fmt: skip


def codes_at(day: date) -> dict[str, str]:
    """The statistical code of each unit on a day."""
    return {
        c.unit: c.code
        for c in book().codes
        if c.scheme == "statistical" and c.valid_from <= day and (c.valid_to is None or day < c.valid_to)
    }


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The units of a day, level by level; with `q`, what was searched, or where an address lies."""
    day = forms.day_of(request.GET.get("at", "")) or queries.today()
    words = request.GET.get("q", "").strip()[:500]
    tree = queries.tree_at(day)
    roots = tree.roots()
    under = forms.unit_of(request.GET.get("under", ""), day) or _only(roots, tree)
    shown = tree.children(under) if under else roots
    page = {
        "day": day,
        "today": queries.today(),
        "words": words,
        "under": tree.units[under] if under else None,
        "chain": [tree.units[u] for u in tree.chain(under)[:-1]] if under else [],
        "rows": _rows(tree, shown, codes_at(day)),
        "total": len(tree.units),
        **forms.heard(request),
    }
    if words:
        page |= _found(words, day)
    return render(request, "places/overview.html", page)


def _only(roots: list[str], tree: Tree) -> str | None:
    """The one unit at the top, when it has units below to show."""
    return roots[0] if len(roots) == 1 and tree.children(roots[0]) else None


def _found(words: str, day: date) -> dict[str, Any]:
    found = queries.search(words, day)
    names = book()
    rows = [{"one": one, "heirs": [names.last(u) for u in one.heirs[:8]]} for one in found]
    located = queries.find_address(words, day) if "," in words or not found else None
    place = None
    if located and (located.unit or located.candidates):
        place = {
            "located": located,
            "unit": names.last(located.unit) if located.unit else None,
            "written": names.last(located.written) if located.written else None,
            "candidates": [names.last(u) for u in located.candidates[:12]],
        }
    return {"found": rows, "place": place, "searched": True}


@require_safe
def detail(request: HttpRequest, unit_id: str) -> HttpResponse:
    """One unit: codes, names, dates, what it came from and became, border, calendar, settings."""
    unit = queries.unit(unit_id)
    kept = book()
    if unit_id not in kept:
        raise NoSuchUnit(unit_id)
    today = queries.today()
    exists = unit_id in kept.tree(today)
    day = today if exists else _last_day(unit, today)
    tree = kept.tree(day)
    children = tree.children(unit_id)
    events = [e for e in kept.events if unit_id in (*e.before, *e.after)]
    page = {
        "unit": unit,
        "exists": exists,
        "day": day,
        "chain": [kept.last(u) for u in kept.chain(unit_id, day)[:-1]],
        "versions": kept.of(unit_id)[::-1],
        "codes": [c for c in kept.codes if c.unit == unit_id],
        "children": _rows(tree, children, codes_at(day)),
        "events": [
            {"event": e, "before": [kept.last(u) for u in e.before], "after": [kept.last(u) for u in e.after]}
            for e in events
        ],
        "before": [kept.last(u) for u in kept.predecessors(unit_id)],
        "heirs": [] if exists else [kept.last(u) for u in kept.heirs(unit_id, today)],
        "outline": _outline(edition(), unit_id, tuple(children)),
        "grid": _grid(unit, kept.chain(unit_id, day), kept, day),
        "settings": _settings(unit_id, day),
        "working": calendar(unit_id, day).is_working(today),
        "is_root": exists and tree.parents.get(unit_id) is None and len(tree.roots()) > 1,
        **forms.heard(request),
    }
    return render(request, "places/unit.html", page)


def _last_day(unit: Unit, today: date) -> date:
    """A day on which a unit existed: the last of one that is gone, the first of one to come."""
    if unit.valid_to is not None and unit.valid_to <= today:
        return date.fromordinal(unit.valid_to.toordinal() - 1)
    return unit.valid_from


@lru_cache(maxsize=256)
def _outline(mark: str, unit_id: str, children: tuple[str, ...]) -> dict[str, Any] | None:
    """Drawn once for each edition of the units (`mark`): a province has megabytes of borders."""
    del mark
    own = Unit.objects.filter(pk=unit_id).values_list("boundary", flat=True).first()
    below: list[Any] = []
    if own and len(children) <= _MANY:
        below = list(
            Unit.objects.filter(pk__in=children, boundary__isnull=False).values_list("boundary", flat=True)
        )
    return drawing.outlines(own, below)


def _grid(unit: Unit, chain: list[str], kept: Any, day: date) -> dict[str, Any] | None:
    """A point of the unit, in WGS 84 and in the VN-2000 zone of its province."""
    codes = [c.code for c in kept.codes if c.unit == chain[0] and c.scheme == "statistical"]
    zone = next((z for code in codes if (z := zone_of(code, day))), None)
    if zone is None or not unit.boundary:
        return None
    point = area(unit.boundary).representative_point()
    return {"zone": zone, "lon": point.x, "lat": point.y, "point": grid_point(point.x, point.y, zone)}


def _settings(unit_id: str, day: date) -> list[dict[str, Any]]:
    rows = settings_rows()
    chain = queries.chain(unit_id, day)
    found = [resolve(rows, chain, key, day) for key in dict.fromkeys(row.key for row in rows)]
    return [{"row": row, "own": row.unit == unit_id} for row in found if row is not None]
