# SPDX-License-Identifier: Apache-2.0
"""What a file was understood to be: shown to people, corrected by them, followed by the import."""

from __future__ import annotations

from typing import Literal

import msgspec

from dothi.connectors.files.detect import Mark
from dothi.connectors.files.unpack import Format
from dothi.connectors.files.values import TimeStyle
from dothi.sources.core.sentence import Sentence

__all__ = ["Column", "Layout", "Plan", "Role", "Sentence"]

Role = Literal[
    "time",  # an instant
    "date",  # a day, with its hour in a column of role "clock"
    "clock",
    "part",  # year, month, day or hour in a column of its own, by `term`
    "elapsed",  # seconds since the plan's `start`
    "station",  # which station or device
    "label",  # its name beside a code
    "value",
    "parameter",  # what the columns marked `by_parameter` measure in this row
    "unit",  # the unit of that
    "quality",  # the source's own verdict on the row
    "left_out",
]
Layout = Literal["long", "wide", "single", "unclear"]
"""long: a station column; wide: a station in each column; single: one station; unclear: no readings found."""


class Column(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One column: where it stands, what it says, what it means. `why`: why it is left out.

    `decimal_asked`: nothing in the whole file proves the mark, so that a person has to say it.
    """

    index: int
    header: str
    role: Role
    name: str = ""
    unit: str = ""
    unit_code: str | None = None
    unit_assumed: bool = False
    term: str = ""
    station: str = ""
    decimal: Mark = "."
    decimal_proven: bool = True
    decimal_asked: bool = False
    time_style: TimeStyle = "dmy"
    by_parameter: bool = False
    why: str = ""
    examples: list[str] = []


class Plan(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How the rows of one file become readings. `zone` is that of times without one.

    `start`: when elapsed seconds began; in a file without any time the instant of all its rows.
    """

    format: Format
    layout: Layout
    columns: list[Column]
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: Mark = "."
    header_rows: list[int] = []
    title_rows: list[int] = []
    numbering_rows: list[int] = []
    first_data_row: int = 1
    header: list[str] = []
    header_cells: list[list[str]] = []
    zone: str = "Asia/Ho_Chi_Minh"
    start: str = ""
    carried: list[int] = []
    notes: list[Sentence] = []

    def having(self, *roles: Role) -> list[Column]:
        """The columns of these roles, in order of the roles."""
        return [column for role in roles for column in self.columns if column.role == role]

    @property
    def ready(self) -> bool:
        """Whether rows can become readings: there are values, each with a time, a name and a certain decimal mark."""
        timed = bool(self.having("time", "date", "part")) or bool(self.start)
        values = self.having("value")
        known = all((c.term or c.by_parameter) and not c.decimal_asked for c in values)
        return timed and bool(values) and known
