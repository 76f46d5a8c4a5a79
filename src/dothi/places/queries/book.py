# SPDX-License-Identifier: Apache-2.0
"""All units of the tenant, kept by the process until a change renews their edition: one statement each time.

The mark is random, not a number that counts up: a change that is rolled back can never be taken for the next one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, TypeVar

from django.db.models import Max

from dothi.foundation.text import sort_key
from dothi.places.errors import BadUnit
from dothi.places.models import Edition, Unit, UnitCode, UnitEvent, UnitPart, UnitPast
from dothi.places.rules.atlas import Area, Atlas
from dothi.places.rules.book import Book
from dothi.places.rules.geometry import area
from dothi.places.rules.tree import Code, Event, Version

_KEPT_EDITIONS = 4
"""A process mostly serves one tenant; each edition of a whole country's borders is tens of megabytes."""
Kept = TypeVar("Kept", Book, Atlas)


class _Shelf:
    """The newest editions, by their mark."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, type], Book | Atlas] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, kind: type[Kept], mark: str, make: Callable[[], Kept]) -> Kept:
        found = self._kept.get((mark, kind))
        if isinstance(found, kind):
            return found
        with self._lock:
            made = make()
            self._kept[mark, kind] = made
            while len(self._kept) > _KEPT_EDITIONS:
                self._kept.popitem(last=False)
        return made


_SHELF = _Shelf()


def edition() -> str:
    """The mark of the units as they are; empty while there are none."""
    return Edition.objects.values_list("mark", flat=True).first() or ""


def book() -> Book:
    mark = edition()
    return _SHELF.get(Book, mark, _read) if mark else Book((), (), ())


def atlas() -> Atlas:
    mark = edition()
    return _SHELF.get(Atlas, mark, _draw) if mark else Atlas(())


def _since() -> dict[str, date]:
    """The day since when each unit that changed has been as its row says."""
    rows = UnitPast.objects.values_list("unit_id").annotate(Max("valid_to"))
    return {unit: day for unit, day in rows if day is not None}


def _versions() -> Iterator[Version]:
    since = _since()
    past = UnitPast.objects.values_list(
        "unit_id", "parent_id", "kind", "name", "valid_from", "valid_to", "unit__simulated"
    )
    for unit, parent, kind, name, first, last, simulated in past:
        yield Version(
            unit=unit, parent=parent, kind=kind, name=name, sort=sort_key(name), valid_from=first,
            valid_to=last, simulated=simulated,
        )  # fmt: skip
    now = Unit.objects.values_list(
        "pk", "parent_id", "kind", "name", "name_sort", "valid_from", "valid_to", "simulated"
    )
    for unit, parent, kind, name, sort, first, end, simulated in now:
        yield Version(
            unit=unit, parent=parent, kind=kind, name=name, sort=sort, valid_from=since.get(unit, first),
            valid_to=end, simulated=simulated,
        )  # fmt: skip


def _read() -> Book:
    codes = [
        Code(unit=unit, scheme=scheme, code=code, valid_from=first, valid_to=last)
        for unit, scheme, code, first, last in UnitCode.objects.order_by(
            "scheme", "valid_from", "code"
        ).values_list("unit_id", "scheme", "code", "valid_from", "valid_to")
    ]
    parts: dict[tuple[int, bool], list[str]] = {}
    for event, unit, after in UnitPart.objects.order_by("pk").values_list("event_id", "unit_id", "after"):
        parts.setdefault((event, after), []).append(unit)
    events = [
        Event(
            id=event.pk, kind=event.kind, day=event.day, basis=event.basis,
            before=tuple(parts.get((event.pk, False), ())), after=tuple(parts.get((event.pk, True), ())),
        )
        for event in UnitEvent.objects.order_by("day", "pk")
    ]  # fmt: skip
    return Book(_versions(), codes, events)


def _draw() -> Atlas:
    since = _since()
    areas: list[Area] = []
    past = UnitPast.objects.filter(boundary__isnull=False)
    for unit, boundary, first, last in past.values_list(
        "unit_id", "boundary", "valid_from", "valid_to"
    ).iterator():
        areas += _area(unit, boundary, first, last)
    now = Unit.objects.filter(boundary__isnull=False)
    for unit, boundary, first, end in now.values_list("pk", "boundary", "valid_from", "valid_to").iterator():
        areas += _area(unit, boundary, since.get(unit, first), end)
    return Atlas(areas)


def _area(unit: str, boundary: dict[str, Any] | None, first: date, last: date | None) -> list[Area]:
    """Borders are checked when they come in; a row that was written otherwise is left out."""
    try:
        return [Area(unit, area(boundary or {}), first, last)]
    except BadUnit:
        return []
