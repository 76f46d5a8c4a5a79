# SPDX-License-Identifier: Apache-2.0
"""From the rows of a file to its series, each value with the cell it stands in."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from openpyxl.utils import get_column_letter

from dothi.connectors.files.plan import Column, Plan
from dothi.connectors.files.readings import Reading, RowRead, read
from dothi.connectors.files.tables import Table

GAP = 2.5
"""A pause of more than so many periods is a gap."""


@dataclass(slots=True)
class Point:
    """One value: when (seconds since 1970), what, and where it stands ("D14")."""

    at: float
    value: float
    cell: str
    remark: str = ""


@dataclass(slots=True)
class Refusal:
    """A value that the file itself or its shape disqualifies; `why` is a key under connectors.files.why."""

    cell: str
    text: str
    why: str


@dataclass(slots=True)
class FileSeries:
    """One station and quantity. `points` in order of time, those of one instant in the order of the file."""

    station: str
    label: str
    term: str
    title: str
    unit: str
    unit_code: str
    column: int
    points: list[Point] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    empty: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """As people call it: the station and what it measures."""
        named = (
            f"{self.station} ({self.label})" if self.label and self.label != self.station else self.station
        )
        return " · ".join(part for part in (named, self.title) if part)

    @property
    def period(self) -> float:
        """Seconds between readings: the usual distance; 0 with fewer than three instants."""
        times = sorted({point.at for point in self.points})
        return statistics.median(b - a for a, b in pairwise(times)) if len(times) > 2 else 0.0

    def gaps(self) -> list[tuple[float, float]]:
        """Pauses, the longest first: (last reading before, first after)."""
        period = self.period
        found = [(a.at, b.at) for a, b in pairwise(self.points) if period and b.at - a.at > GAP * period]
        return sorted(found, key=lambda gap: gap[0] - gap[1])


@dataclass(slots=True)
class FileRead:
    """All series of one table, and what became of its rows."""

    series: list[FileSeries]
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    totals: list[tuple[int, list[object]]] = field(default_factory=list)


def read_series(table: Table, plan: Plan, now: datetime) -> FileRead:
    """Every value of the table by its series."""
    reader = _Gatherer(plan)
    for row in read(table.rows(), plan, now=now):
        reader.take(row)
    for one in reader.found.values():
        one.points.sort(key=lambda point: point.at)
    return FileRead(list(reader.found.values()), reader.rows, reader.left_out)


class _Gatherer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.values = plan.having("value")
        self.found: dict[tuple[str, str, str], FileSeries] = {}
        self.left_out: Counter[str] = Counter()
        self.rows = 0

    def take(self, row: RowRead) -> None:
        if row.outcome == "left_out":
            self.left_out[row.why] += 1
            if row.why == "no_values":
                self._empty(row, set())
            return
        self.rows += 1
        filled = {self._put(row.row, reading) for reading in row.readings}
        for error in row.errors:
            self._refuse(row.row, error.column, error.text, error.reason)
        if row.outcome == "refused" and row.errors and row.errors[0].reason == "marked_invalid":
            return
        self._empty(
            row, filled | {c.index for c in self.values if any(e.column == c.header for e in row.errors)}
        )

    def _column(self, reading: Reading) -> Column:
        for column in self.values:
            if column.by_parameter or (
                column.term == reading.term and column.station in {"", reading.station}
            ):
                return column
        return self.values[0]

    def _put(self, row: int, reading: Reading) -> int:
        column = self._column(reading)
        key = (reading.station, reading.term, reading.unit_code or "")
        if key not in self.found:
            title = reading.term if column.by_parameter else column.name
            self.found[key] = FileSeries(
                reading.station,
                reading.label,
                reading.term,
                "" if column.station else title,
                column.unit,
                reading.unit_code or "",
                column.index,
            )
        cell = f"{get_column_letter(column.index + 1)}{row}"
        self.found[key].points.append(
            Point(reading.at.timestamp(), float(reading.value), cell, reading.remark)
        )
        return column.index

    def _of_column(self, column: Column) -> FileSeries | None:
        return next((one for one in self.found.values() if one.column == column.index), None)

    def _refuse(self, row: int, header: str, text: str, why: str) -> None:
        """A wrong cell counts against its own column; a row that is wrong as a whole, against every column."""
        columns = [c for c in self.values if c.header == header] or self.values
        for column in columns:
            series = self._of_column(column)
            if series is not None:
                series.refused.append(Refusal(f"{get_column_letter(column.index + 1)}{row}", text, why))

    def _empty(self, row: RowRead, filled: set[int]) -> None:
        if self.plan.layout == "long":
            return
        reasons = iter(row.missing)
        for column in self.values:
            if column.index in filled:
                continue
            series = self._of_column(column)
            if series is not None:
                series.empty[next(reasons, "empty")] += 1
