# SPDX-License-Identifier: Apache-2.0
"""From rows to readings by a plan; each row ends as readings, as refused, or as left out, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from dothi.connectors.files.headers import is_numbering
from dothi.connectors.files.plan import Column, Plan
from dothi.connectors.files.tables import Row
from dothi.connectors.files.totals import is_note, is_total
from dothi.connectors.files.units import term, unit_code
from dothi.connectors.files.values import Cell, Missing, Refused, clock, instant, missing, number
from dothi.foundation.errors import BadInput
from dothi.foundation.text import fold

OLDEST = datetime(1900, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
_ABSENT = {"missing", "thieu", "khong co so lieu", "mat so lieu", "mat"}
_INVALID = {
    "invalid", "khong hop le", "loi", "hong", "bad", "fail", "error", "fault", "khong dat", "02",
    "hieu chuan", "01",
}  # fmt: skip
_GOOD = {"valid", "ok", "good", "hop le", "tot", "dat", "binh thuong", "00", "0", ""}


class Reading(msgspec.Struct, frozen=True):
    """One value of one station at one instant (UTC). `remark`: what the source itself says of it."""

    station: str
    at: datetime
    term: str
    value: int | float
    unit_code: str | None
    label: str = ""
    remark: str = ""


class RowError(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong in a row, or in one of its cells; `reason` is a key under connectors.files.why."""

    row: int
    reason: str
    column: str = ""
    text: str = ""


class RowRead(msgspec.Struct, frozen=True):
    """What one row came to. Missing values are reasons; wrong cells are errors beside good readings."""

    row: int
    outcome: Literal["readings", "refused", "left_out"]
    why: str = ""
    readings: list[Reading] = []
    missing: list[str] = []
    errors: list[RowError] = []


class _NoReading(Exception):
    def __init__(self, reason: str, column: Column | None = None, cell: Cell = None) -> None:
        super().__init__(reason)
        self.reason, self.column, self.cell = reason, column, cell


def read(rows: Iterable[Row], plan: Plan, *, now: datetime) -> Iterator[RowRead]:
    """Each row of a table, read by the plan; `now` bounds how late an instant may be."""
    reader = _Reader(plan, now)
    for row in rows:
        yield reader.read(row)


class _Reader:
    """Holds what is carried from row to row; everything else stands in the plan."""

    def __init__(self, plan: Plan, now: datetime) -> None:
        try:
            self._zone = ZoneInfo(plan.zone)
            self._start = datetime.fromisoformat(plan.start) if plan.start else None
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadInput("connectors.files.bad_plan") from error
        self._plan = plan
        self._latest = now + AHEAD
        self._above = {
            **dict.fromkeys(plan.title_rows, "title"),
            **dict.fromkeys(plan.header_rows, "header"),
            **dict.fromkeys(plan.numbering_rows, "numbering"),
        }
        self._headers = [[text.casefold() for text in line] for line in plan.header_cells]
        self._values = plan.having("value")
        self._time = next(iter(plan.having("time", "date")), None)
        self._clock = next(iter(plan.having("clock")), None)
        self._parts = {column.term: column for column in plan.having("part")}
        self._elapsed = next(iter(plan.having("elapsed")), None)
        self._station = next(iter(plan.having("station")), None)
        self._label = next(iter(plan.having("label")), None)
        self._parameter = next(iter(plan.having("parameter")), None)
        self._unit = next(iter(plan.having("unit")), None)
        self._quality = next(iter(plan.having("quality")), None)
        self._carried: dict[int, Cell] = {}
        timed = self._time is not None or self._parts or self._start is not None
        self._understood = bool(timed and self._values)

    def read(self, row: Row) -> RowRead:
        number_, cells = row
        why = self._aside(number_, cells)
        if why:
            return RowRead(number_, "left_out", why)
        if not self._understood:
            return RowRead(number_, "left_out", "not_understood")
        self._carry(cells)
        try:
            at = self._instant(cells)
            station = self._of(self._station, cells, "no_station")
            remark = self._remark(cells)
        except _NoReading as error:
            if error.reason == "marked_missing":
                return RowRead(number_, "left_out", error.reason)
            if error.reason == "no_time" and (is_note(cells) or not self._has_values(cells)):
                return RowRead(number_, "left_out", "note")
            return RowRead(number_, "refused", error.reason, errors=[_error(number_, error)])
        return self._row(number_, cells, at, station, remark)

    def _aside(self, row: int, cells: list[Cell]) -> str:
        if row < self._plan.first_data_row:
            return self._above.get(row, "title")
        if is_total(cells):
            return "total"
        if row in self._above or (is_numbering(cells) and self._missing_time(cells)):
            return "numbering"
        return "repeated_header" if any(_same(cells, line) for line in self._headers) else ""

    def _missing_time(self, cells: list[Cell]) -> bool:
        column = self._time
        return (
            column is not None and instant(self._cell(column, cells), column.time_style, self._zone) is None
        )

    def _carry(self, cells: list[Cell]) -> None:
        for index in self._plan.carried:
            if index < len(cells) and cells[index] not in {None, ""}:
                self._carried[index] = cells[index]
            elif index in self._carried:
                cells.extend([None] * (index + 1 - len(cells)))
                cells[index] = self._carried[index]

    def _cell(self, column: Column | None, cells: list[Cell]) -> Cell:
        return cells[column.index] if column is not None and column.index < len(cells) else None

    def _has_values(self, cells: list[Cell]) -> bool:
        return any(missing(self._cell(column, cells)) is None for column in self._values)

    def _instant(self, cells: list[Cell]) -> datetime:
        at: datetime | None = None
        column, cell = self._time, self._cell(self._time, cells)
        if column is not None:
            if missing(cell) is not None:
                raise _NoReading("no_time", column)
            at = instant(cell, column.time_style, self._zone)
            if self._clock is not None and at is not None:
                since = clock(self._cell(self._clock, cells))
                if since is None:
                    raise _NoReading("bad_time", self._clock, self._cell(self._clock, cells))
                local = at.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
                at = (local.replace(tzinfo=None) + since).replace(tzinfo=self._zone).astimezone(UTC)
        elif self._parts:
            at = self._from_parts(cells)
        elif self._elapsed is not None and self._start is not None:
            column, cell = self._elapsed, self._cell(self._elapsed, cells)
            seconds = number(cell, column.decimal)
            if isinstance(seconds, (int, float)):
                at = self._began() + timedelta(seconds=seconds)
        elif self._start is not None:
            at = self._began()
        if at is None:
            raise _NoReading("bad_time" if cell not in {None, ""} else "no_time", column, cell)
        if at > self._latest:
            raise _NoReading("future", column, cell)
        if at < OLDEST:
            raise _NoReading("ancient", column, cell)
        return at

    def _began(self) -> datetime:
        assert self._start is not None
        start = self._start if self._start.tzinfo else self._start.replace(tzinfo=self._zone)
        return start.astimezone(UTC)

    def _from_parts(self, cells: list[Cell]) -> datetime | None:
        found: dict[str, int] = {}
        for part, column in self._parts.items():
            value = number(self._cell(column, cells), column.decimal)
            if isinstance(value, (Missing, Refused)) or value != int(value):
                return None
            found[part] = int(value)
        hour = found.pop("hour", 0)
        try:
            day = datetime(found["year"], found["month"], found["day"])  # noqa: DTZ001 - the zone is added below
        except ValueError:
            return None
        return (day + timedelta(hours=hour)).replace(tzinfo=self._zone).astimezone(UTC)

    def _of(self, column: Column | None, cells: list[Cell], reason: str) -> str:
        if column is None:
            return ""
        cell = self._cell(column, cells)
        if missing(cell) is not None:
            raise _NoReading(reason, column, cell)
        return " ".join(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).split())

    def _remark(self, cells: list[Cell]) -> str:
        if self._quality is None:
            return ""
        cell = self._cell(self._quality, cells)
        text = "" if cell is None else " ".join(str(cell).split())
        folded = fold(text)
        if folded in _ABSENT:
            raise _NoReading("marked_missing", self._quality, cell)
        if folded in _INVALID:
            raise _NoReading("marked_invalid", self._quality, cell)
        return "" if folded in _GOOD else text[:60]

    def _row(self, row: int, cells: list[Cell], at: datetime, station: str, remark: str) -> RowRead:
        readings: list[Reading] = []
        reasons: list[str] = []
        errors: list[RowError] = []
        label = "" if self._label is None else str(self._cell(self._label, cells) or "")[:100]
        for column in self._values:
            value = number(self._cell(column, cells), column.decimal, column.unit)
            if isinstance(value, Missing):
                reasons.append(value.reason)
                continue
            if isinstance(value, Refused):
                errors.append(_error(row, _NoReading(value.reason, column, self._cell(column, cells))))
                continue
            named, code = column.term, column.unit_code
            if column.by_parameter:
                named, code = self._by_parameter(cells, code)
                if not named:
                    errors.append(RowError(row, "no_parameter", column.header))
                    continue
            readings.append(Reading(column.station or station, at, named, value, code, label, remark))
        if readings:
            return RowRead(row, "readings", "", readings, reasons, errors)
        if errors:
            return RowRead(row, "refused", errors[0].reason, [], reasons, errors)
        return RowRead(row, "left_out", "no_values", [], reasons)

    def _by_parameter(self, cells: list[Cell], code: str | None) -> tuple[str, str | None]:
        cell = self._cell(self._parameter, cells)
        unit = self._cell(self._unit, cells)
        name = "" if missing(cell) is not None else str(cell).split(" - ")[0].strip()
        return (term(name) if name else ""), (unit_code(str(unit)) if unit else code)


def _same(cells: list[Cell], header: list[str]) -> bool:
    texts = [(cell.casefold(), i) for i, cell in enumerate(cells) if isinstance(cell, str) and cell]
    equal = sum(1 for text, i in texts if i < len(header) and text == header[i])
    return equal >= 2 and equal >= 0.8 * len(texts)


def _error(row: int, error: _NoReading) -> RowError:
    text: Any = "" if error.cell is None else error.cell
    return RowError(row, error.reason, error.column.header if error.column else "", str(text)[:60])
