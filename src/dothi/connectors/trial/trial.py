# SPDX-License-Identifier: Apache-2.0
"""A whole file on trial: every sheet is read as what it is, and every number gets its letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dothi.connectors.files.plan import Plan
from dothi.connectors.files.tables import Table, open_table
from dothi.connectors.files.understand import understand
from dothi.connectors.files.unpack import unpack
from dothi.connectors.trial.judging import JudgedSeries, judge_all
from dothi.connectors.trial.series import FileRead, read_series
from dothi.foundation.errors import BadInput
from dothi.foundation.grade import Letter

MOST_SHEETS = 20
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D")


@dataclass(slots=True)
class SheetTried:
    """One sheet: its plan, and its series when it holds readings."""

    name: str
    table: Table
    plan: Plan
    read: FileRead
    series: list[JudgedSeries]


@dataclass(slots=True)
class Trial:
    """What became of a file. `skipped`: sheets without a table, with the reason's key."""

    name: str
    size: int
    at: datetime
    sheets: list[SheetTried] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def letters(self) -> dict[Letter, int]:
        """How many numbers of the file have each letter."""
        return {
            letter: sum(series.count(letter) for sheet in self.sheets for series in sheet.series)
            for letter in LETTERS
        }

    @property
    def empty(self) -> int:
        """Cells where a number should stand and none does."""
        return sum(series.series.empty.total() for sheet in self.sheets for series in sheet.series)


def try_file(data: bytes, name: str, now: datetime) -> Trial:
    """Judge a file. Raises BadInput or TooLarge, whose words say what to do, when there is nothing in it to judge."""
    content = unpack(data, name)
    made = Trial(name=name, size=len(data), at=now)
    first = open_table(content)
    for table in _tables(first):
        try:
            made.sheets.append(_tried(table, content.name, now))
        except BadInput as refusal:
            made.skipped.append((table.sheet, refusal.key))
    if not any(sheet.series for sheet in made.sheets):
        raise BadInput("connectors.trial.no_numbers")
    return made


def _tables(first: Table) -> Iterator[Table]:
    yield first
    for sheet in first.sheets[:MOST_SHEETS]:
        if sheet != first.sheet:
            yield open_table(first.content, sheet)


def _tried(table: Table, filename: str, now: datetime) -> SheetTried:
    plan = understand(table, filename=filename)
    found = read_series(table, plan, now)
    return SheetTried(table.sheet, table, plan, found, judge_all(found.series, now))
