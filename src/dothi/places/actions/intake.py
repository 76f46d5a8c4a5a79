# SPDX-License-Identifier: Apache-2.0
"""An official list and borders are taken in: what is sure is written, what is doubtful is listed for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from dothi.foundation.text import fold
from dothi.places.actions.change import change_code, change_unit, first_boundaries, replace_units
from dothi.places.actions.unit import NewCode, NewUnit, put_units
from dothi.places.errors import BadUnit
from dothi.places.models import Unit, UnitCode
from dothi.places.queries.book import book
from dothi.places.queries.unit import today
from dothi.places.rules.book import Book
from dothi.places.rules.geometry import area
from dothi.places.rules.join import (
    Border,
    Doubtful,
    Known,
    ListedUnit,
    Standing,
    bare_key,
    match_border,
    match_unit,
)
from dothi.places.rules.tree import is_valid_at
from dothi.places.rules.words import bare_name


class Intake(msgspec.Struct, kw_only=True):
    """What a list and its borders come to. A file that was taken before has only `same`."""

    new: list[str] = []
    changed: list[str] = []
    same: int = 0
    events: int = 0
    borders_new: int = 0
    borders_changed: int = 0
    borders_same: int = 0
    mended: list[str] = []
    doubtful: list[Doubtful] = []

    @property
    def writes(self) -> bool:
        return bool(self.new or self.changed or self.borders_new or self.borders_changed or self.events)


class _Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a taking goes by. `accepted`: codes whose doubt a person has decided."""

    day: date | None
    tenant: str
    accepted: frozenset[str]


class _Rehearsal(Exception):
    """Undoes what a preview did."""


class _Here:
    """The units that stand here, by code, by name under their parent, by bare name."""

    def __init__(self, day: date, *, boundaries: bool) -> None:
        self.by_id: dict[str, Standing] = {}
        self.by_code: dict[str, Standing] = {}
        self.by_name: dict[tuple[str | None, str], list[Standing]] = {}
        codes = {
            unit: code
            for unit, code, first, last in UnitCode.objects.filter(scheme="statistical")
            .order_by("valid_from")
            .values_list("unit_id", "code", "valid_from", "valid_to")
            if is_valid_at(first, last, day)
        }
        borders: dict[str, Any] = {}
        if boundaries:
            borders = dict(Unit.objects.filter(boundary__isnull=False).values_list("pk", "boundary"))
        for unit, version in book().tree(day).units.items():
            self.add(
                Standing(
                    id=unit, code=codes.get(unit, ""), kind=version.kind, name=version.name,
                    parent=version.parent or "", boundary=borders.get(unit),
                )
            )  # fmt: skip

    def add(self, one: Standing) -> None:
        self.by_id[one.id] = one
        if one.code:
            self.by_code[one.code] = one
        self.by_name.setdefault((one.parent or None, one.key), []).append(one)

    def known(self) -> Known:
        by_name: dict[str, list[Standing]] = {}
        for one in self.by_id.values():
            by_name.setdefault(bare_key(bare_name(one.kind, one.name)), []).append(one)
        own = {one.id: area(one.boundary) for one in self.by_id.values() if one.boundary}
        return Known(by_code=self.by_code, by_name=by_name, own=own)


FIRST_DAY = date(2025, 7, 1)
"""Since when new units exist if neither the list nor the caller says: the day of the two-level system."""


def take_list(
    *,
    listed: Sequence[ListedUnit],
    borders: Sequence[Border] = (),
    day: date | None = None,
    only: str = "",
    accepted: Iterable[str] = (),
    tenant: str = "",
    rehearse: bool = False,
) -> Intake:
    """Write what is sure, in one transaction; with `rehearse`, do all of it and undo it.

    `day`: since when new units exist and changes count (new: 1 July 2025, changes: today). `only`: the code of
    one province. `accepted`: codes of what was doubtful and a person has decided.
    """
    report = Intake()
    terms = _Terms(day=day, tenant=tenant, accepted=frozenset(accepted))
    try:
        with transaction.atomic():
            chosen = [row for row in listed if not only or only in {row.code, row.parent_code}]
            _take_units(_once(chosen, report), {b.code: b for b in borders if b.code}, terms, report)
            if borders:
                _take_borders(borders, terms, report)
            if rehearse:
                raise _Rehearsal  # noqa: TRY301 - the one way to undo a transaction
    except _Rehearsal:
        pass
    return report


def _once(rows: Sequence[ListedUnit], report: Intake) -> list[ListedUnit]:
    """Rows whose code stands once in the list for units of one time."""
    times = Counter((row.code, row.valid_to) for row in rows)
    report.doubtful += [
        Doubtful(why="twice", code=row.code, name=row.name)
        for row in rows
        if times[row.code, row.valid_to] > 1
    ]
    return [row for row in rows if times[row.code, row.valid_to] == 1]


def _take_units(
    rows: Sequence[ListedUnit],
    borders: dict[str, Border],
    terms: _Terms,
    report: Intake,
) -> None:
    present = [row for row in rows if row.valid_to is None]
    if present:
        here = _Here(terms.day or today(), boundaries=bool(borders))
        for wave in _levels(present):
            _take_wave(wave, borders, here, terms, report)
    for wave in _levels(row for row in rows if row.valid_to is not None):
        _take_gone(wave, terms.tenant, report)


def _levels(rows: Iterable[ListedUnit]) -> list[list[ListedUnit]]:
    """Rows in waves: each one's parent stands in an earlier wave or not in the list."""
    left = list(rows)
    waves = []
    while left:
        codes = {row.code for row in left}
        wave = [row for row in left if row.parent_code not in codes or row.parent_code == row.code] or left
        waves.append(wave)
        taken = {row.code for row in wave}
        left = [row for row in left if row.code not in taken]
    return waves


def _take_wave(
    wave: Sequence[ListedUnit],
    borders: dict[str, Border],
    here: _Here,
    terms: _Terms,
    report: Intake,
) -> None:
    taken = book()
    made = [_take_row(row, borders.get(row.code), here, terms, taken, report) for row in wave]
    new = [unit for unit in made if unit is not None]
    if new:
        put_units(units=new, tenant=terms.tenant)
    for unit in new:
        report.new.append(unit.id)
        here.add(
            Standing(id=unit.id, code=unit.code, kind=unit.kind, name=unit.name, parent=unit.parent or "")
        )


def _take_row(
    row: ListedUnit, border: Border | None, here: _Here, terms: _Terms, taken: Book, report: Intake
) -> NewUnit | None:
    above = here.by_code.get(row.parent_code) if row.parent_code else None
    if row.parent_code and above is None:
        report.doubtful.append(Doubtful(why="no_parent", code=row.code, name=row.name, seen=row.parent_code))
        return None
    parent = above.id if above else None
    found = match_unit(
        row,
        parent,
        by_code=here.by_code,
        by_name=here.by_name,
        ground=_ground(border),
        accepted=row.code in terms.accepted,
    )
    if isinstance(found, Doubtful):
        report.doubtful.append(found)
    elif found is None:
        return _new(row, parent, row.valid_from or terms.day or FIRST_DAY, taken)
    elif (found.kind, found.name, found.parent or None, found.code) == (row.kind, row.name, parent, row.code):
        report.same += 1
    else:
        _change(found, row, parent, terms.day or today(), report)
    return None


def _change(found: Standing, row: ListedUnit, parent: str | None, day: date, report: Intake) -> None:
    try:
        with transaction.atomic():
            if (found.kind, found.name, found.parent or None) != (row.kind, row.name, parent):
                change_unit(
                    unit=found.id, day=day, kind=row.kind, name=row.name, parent=parent, basis=row.basis
                )
            if found.code != row.code:
                change_code(unit=found.id, code=row.code, day=day)
    except BadUnit:
        report.doubtful.append(Doubtful(why="dates", code=row.code, name=row.name, seen=f"{day}"))
    else:
        report.changed.append(found.id)


def _new(row: ListedUnit, parent: str | None, first: date, taken: Book) -> NewUnit:
    """Ids are for ever, codes are used again: a code that is the id of a unit of another time gets a date."""
    others = (("agency", row.agency_code), ("postal", row.postal_code))
    return NewUnit(
        id=row.code if row.code not in taken else f"{row.code}-{first:%Y%m%d}", kind=row.kind, name=row.name,
        parent=parent, code=row.code, valid_from=first, valid_to=row.valid_to,
        codes=tuple(NewCode(scheme=scheme, code=code) for scheme, code in others if code),
    )  # fmt: skip


def _ground(border: Border | None) -> BaseGeometry | None:
    try:
        return area(border.boundary) if border else None
    except BadUnit:
        return None


def _take_gone(wave: Sequence[ListedUnit], tenant: str, report: Intake) -> None:
    """Units that ended: written once, known again by code and name, joined to their successors."""
    taken, seen = book(), _Days()
    ids: dict[str, tuple[ListedUnit, str]] = {}
    new: list[NewUnit] = []
    for row in wave:
        found = _gone_row(row, seen, taken)
        if isinstance(found, Doubtful):
            report.doubtful.append(found)
        elif isinstance(found, NewUnit):
            new.append(found)
            ids[found.id] = row, found.id
        else:
            report.same += 1
            ids[found] = row, found
    if new:
        put_units(units=new, tenant=tenant)
        report.new += [unit.id for unit in new]
    _join_successors(ids.values(), seen, taken, tenant, report)


class _Days:
    """What stood here on the days that a list speaks of, read once each."""

    def __init__(self) -> None:
        self._kept: dict[date, _Here] = {}

    def at(self, day: date) -> _Here:
        if day not in self._kept:
            self._kept[day] = _Here(day, boundaries=False)
        return self._kept[day]


def _gone_row(row: ListedUnit, seen: _Days, taken: Book) -> NewUnit | str | Doubtful:
    end = row.valid_to or FIRST_DAY
    start = row.valid_from or date(1900, 1, 1)
    if start >= end:
        return Doubtful(why="dates", code=row.code, name=row.name)
    before, after = seen.at(end - timedelta(days=1)), seen.at(end)
    known = before.by_code.get(row.code)
    if known is not None and (fold(known.kind), bare_key(known.name)) != (fold(row.kind), bare_key(row.name)):
        return Doubtful(why="code_only", code=row.code, name=row.name, seen=known.name)
    missing = [code for code in row.successors if code not in after.by_code]
    above = before.by_code.get(row.parent_code) if row.parent_code else None
    if missing or (row.parent_code and above is None):
        return Doubtful(
            why="no_parent", code=row.code, name=row.name, seen=", ".join(missing) or row.parent_code
        )
    return known.id if known else _new(row, above.id if above else None, start, taken)


def _join_successors(
    gone: Iterable[tuple[ListedUnit, str]], seen: _Days, taken: Book, tenant: str, report: Intake
) -> None:
    """One merge for all that went into the same unit on the same day by the same law; a split for each that parted."""
    merges: dict[tuple[date, str, str], list[str]] = {}
    for row, unit in gone:
        end = row.valid_to or FIRST_DAY
        after = [seen.at(end).by_code[code].id for code in row.successors]
        if not after or set(after) <= set(taken.successors(unit)):
            continue
        if len(after) == 1:
            merges.setdefault((end, after[0], row.basis), []).append(unit)
        else:
            replace_units(kind="split", day=end, before=[unit], after=after, basis=row.basis, tenant=tenant)
            report.events += 1
    for (end, one, basis), units in merges.items():
        replace_units(kind="merge", day=end, before=units, after=[one], basis=basis, tenant=tenant)
        report.events += 1


def _take_borders(borders: Sequence[Border], terms: _Terms, report: Intake) -> None:
    day = terms.day or today()
    here = _Here(day, boundaries=True)
    known = here.known()
    own = dict(known.own)
    known = msgspec.structs.replace(known, own=own)
    taken: dict[str, tuple[Standing, dict[str, Any]]] = {}
    tops = {one.code for one in here.by_id.values() if not one.parent}
    # Borders of units at the top come first, so that the ground can speak for those within.
    for border in sorted(borders, key=lambda border: border.code not in tops):
        found = match_border(border, known, accepted=border.code in terms.accepted)
        if not isinstance(found, Doubtful) and found[0].id in taken:
            found = Doubtful(why="twice", code=border.code, name=border.name)
        if isinstance(found, Doubtful):
            report.doubtful.append(found)
            continue
        unit, boundary, was_mended = found
        taken[unit.id] = unit, boundary
        own[unit.id] = area(boundary)
        report.mended += [unit.id] if was_mended else []
    _put_borders(taken, day, terms.tenant, report)


def _put_borders(
    taken: dict[str, tuple[Standing, dict[str, Any]]], day: date, tenant: str, report: Intake
) -> None:
    first = {unit.id: boundary for unit, boundary in taken.values() if unit.boundary is None}
    report.borders_new += first_boundaries(boundaries=first, tenant=tenant)
    for unit, boundary in taken.values():
        if unit.boundary is None:
            continue
        if unit.boundary == boundary or area(unit.boundary).equals(area(boundary)):
            report.borders_same += 1
        else:
            change_unit(unit=unit.id, day=day, boundary=boundary)
            report.borders_changed += 1
