# SPDX-License-Identifier: Apache-2.0
"""What the sample of one column holds, counted once and asked many times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time

import msgspec

from dothi.connectors.files.headers import Name, kind_of
from dothi.connectors.files.tables import Row
from dothi.connectors.files.totals import is_total
from dothi.connectors.files.values import Cell, TimeStyle, clock, day_parts, instant, missing
from dothi.foundation.text import fold

_EXAMPLES = 3
_DECIMAL = re.compile(r"-?\d+[.,]\d+\Z")


class Seen(msgspec.Struct):
    """The cells of a column in the sample, without totals and missing ones."""

    name: Name
    index: int
    cells: list[Cell]
    kinds: Counter[str]
    filled: int

    @classmethod
    def of(cls, name: Name, index: int, data: Sequence[Row]) -> Seen:
        """Count the column `index` of these rows."""
        cells = [
            cells[index]
            for _, cells in data
            if index < len(cells) and not is_total(cells) and missing(cells[index]) is None
        ]
        kinds = Counter(kind_of(cell) for cell in cells)
        filled = sum(1 for _, row in data if index < len(row) and row[index] not in {None, ""})
        return cls(name, index, cells, kinds, filled)

    def share(self, kind: str) -> float:
        """The part of the cells of a kind; of a column with only missing marks, all are "refused"."""
        if not self.cells:
            return 0.0
        return self.kinds[kind] / len(self.cells)

    @property
    def examples(self) -> list[str]:
        distinct = dict.fromkeys(str(cell)[:60] for cell in self.cells[:50])
        return list(distinct)[:_EXAMPLES]

    @property
    def number_texts(self) -> list[str]:
        return [cell for cell in self.cells if isinstance(cell, str) and kind_of(cell) == "number"]

    @property
    def names_things(self) -> bool:
        """Whether the cells can be codes or names: whole numbers or text, under a short header."""
        short = len(fold(self.name.name).split()) <= 4
        whole = all(not isinstance(cell, float) or cell.is_integer() for cell in self.cells)
        return (
            short and whole and not any(isinstance(cell, str) and _DECIMAL.match(cell) for cell in self.cells)
        )

    @property
    def days_only(self) -> bool:
        """Whether every instant here is a day without a time of day."""
        return bool(self.cells) and all(
            (isinstance(cell, datetime) and cell.time() == time())
            or (isinstance(cell, date) and not isinstance(cell, datetime))
            or (isinstance(cell, str) and ":" not in cell and day_parts(cell) is not None)
            or (isinstance(cell, (int, float)) and float(cell).is_integer())
            for cell in self.cells
        )

    @property
    def clocks_only(self) -> bool:
        good = sum(1 for cell in self.cells if clock(cell) is not None)
        return bool(self.cells) and good >= 0.9 * len(self.cells)

    @property
    def days_unsure(self) -> bool:
        """Whether day and month could be exchanged in every cell."""
        parts = [
            p
            for cell in self.cells
            if isinstance(cell, str) and (p := day_parts(cell)) is not None and p[0] < 1000
        ]
        return bool(parts) and all(a <= 12 and b <= 12 for a, b, _ in parts)


def time_style(seen: Seen, *, named: bool) -> TimeStyle | None:
    """How instants are written in a column; None when it holds none. Numbers need a header that names time."""
    if not seen.cells:
        return None
    if seen.share("time") >= 0.6 or (
        named and seen.kinds["time"] and seen.share("time") + seen.share("number") >= 0.9
    ):
        parts = [p for cell in seen.cells if isinstance(cell, str) and (p := day_parts(cell)) is not None]
        month_first = sum(1 for a, b, _ in parts if a <= 12 < b <= 31)
        day_first = sum(1 for a, b, _ in parts if b <= 12 < a <= 31)
        style: TimeStyle = "mdy" if month_first > day_first else "dmy"
        good = sum(1 for cell in seen.cells if instant(cell, style) is not None)
        return style if good >= 0.6 * len(seen.cells) else None
    if not named or seen.share("number") < 0.9:
        return None
    low, high = _span(seen.cells)
    if low >= 20_000 and high <= 80_000:
        return "serial"
    if low >= 6e8 and high <= 4e9:
        return "epoch"
    return "epoch_ms" if low >= 6e11 and high <= 4e12 else None


def _span(cells: Sequence[Cell]) -> tuple[float, float]:
    values: list[float] = []
    for cell in cells:
        try:
            values.append(
                float(cell) if isinstance(cell, (int, float)) else float(str(cell).replace(",", "."))
            )
        except ValueError:
            continue
    return (min(values), max(values)) if values else (0.0, 0.0)
