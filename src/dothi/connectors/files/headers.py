# SPDX-License-Identifier: Apache-2.0
"""Where the header of a table ends and what each column is called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from dothi.connectors.files.tables import Row
from dothi.connectors.files.units import split_unit, unit_code
from dothi.connectors.files.values import Cell, day_parts, instant, missing

MAX_HEADER_ROWS = 5
_TYPED = {"number", "time"}
_LABEL = re.compile(r"(?:\d{1,3}|[A-ZĐ]|\d{1,3} ?=.{1,20})\Z", re.ASCII)
_NUMERIC = re.compile(r"[+-]?(?:\d[\d., ]*|[.,]\d+)(?:[eE][+-]?\d+)? ?%?\Z")


class Name(msgspec.Struct, frozen=True):
    """A column's full header, the parts it is made of, its name without unit, and the unit as written."""

    header: str
    parts: tuple[str, ...]
    name: str
    unit: str = ""


class Header(msgspec.Struct, frozen=True):
    """Rows above the data: titles, header rows, a row of column numbers; and the names."""

    titles: list[Row]
    rows: list[Row]
    numbering: list[Row]
    first_data_row: int
    names: list[Name]


def kind_of(cell: Cell) -> str:
    """time, number, code (digits with a leading zero), text; empty for nothing."""
    if missing(cell) is not None:
        return ""
    if isinstance(cell, str):
        if day_parts(cell) is not None or ("năm" in cell.lower() and instant(cell, "dmy") is not None):
            return "time"
        if len(cell) > 1 and cell[0] == "0" and cell.isdigit():
            return "code"
        return "number" if _NUMERIC.match(cell) else "text"
    return "number" if isinstance(cell, (int, float)) else "time"


def _typed_columns(sample: Sequence[Row], width: int) -> list[bool]:
    """Which columns hold numbers or times; rows of words only say nothing about it."""
    kinds = [[kind_of(cell) for cell in cells] for _, cells in sample]
    body = [line for line in kinds if {"code", *_TYPED}.intersection(line)]
    typed: list[bool] = []
    for index in range(width):
        counts = Counter(line[index] for line in body if index < len(line) and line[index])
        typed.append(sum(counts[kind] for kind in _TYPED) >= 0.6 * max(1, counts.total()))
    return typed


def _filled(cells: Sequence[Cell]) -> int:
    return sum(1 for cell in cells if cell is not None and cell != "")


def _is_data(cells: Sequence[Cell], typed: Sequence[bool]) -> bool:
    """Most of the cells under columns of numbers and times are numbers and times."""
    judged = [kind for cell, yes in zip(cells, typed, strict=False) if yes and (kind := kind_of(cell))]
    return bool(judged) and sum(kind in _TYPED for kind in judged) >= 0.5 * len(judged)


def is_numbering(cells: Sequence[Cell]) -> bool:
    """The row under a header that numbers the columns: (1) (2) (3) or A B 1 2 3=1+2."""
    texts: list[str] = []
    for cell in cells:
        if cell is None or cell == "":
            continue
        if not isinstance(cell, (str, int)) or not _LABEL.match(text := str(cell).strip("()[] ")):
            return False
        texts.append(text)
    numbers = [int(text) for text in texts if text.isdigit()]
    return len(texts) >= 3 and bool(numbers) and numbers == list(range(1, len(numbers) + 1))


def find_header(sample: Sequence[Row]) -> Header:
    """The header of a table from its first rows (not blank ones); without one, columns are numbered."""
    width = max((len(cells) for _, cells in sample), default=0)
    usual = Counter(_filled(cells) for _, cells in sample if _filled(cells) >= 2)
    wide = max(2, 0.6 * (usual.most_common(1)[0][0] if usual else 1))
    numbering = [row for row in sample[:15] if is_numbering(row[1])]
    rest = [row for row in sample if row not in numbering]
    typed = _typed_columns(rest, width)
    if not any(typed):
        at = next((i for i, (_, cells) in enumerate(rest) if _filled(cells) >= wide), 0) + 1
    else:
        at = next((i for i, (_, cells) in enumerate(rest) if _is_data(cells, typed)), 0)
    first = at = min(at, len(rest))
    while first > 0 and at - first < MAX_HEADER_ROWS and _filled(rest[first - 1][1]) >= min(2, width):
        if at - first >= 1 and not any(typed):
            break
        first -= 1
    rows = list(rest[first:at])
    data_row = rest[at][0] if at < len(rest) else (sample[-1][0] + 1 if sample else 1)
    return Header(
        titles=list(rest[:first]),
        rows=rows,
        numbering=[row for row in numbering if row[0] < data_row],
        first_data_row=data_row,
        names=_names([cells for _, cells in rows], width),
    )


def _names(rows: Sequence[Sequence[Cell]], width: int) -> list[Name]:
    texts = [[_text(cells[i]) if i < len(cells) else "" for i in range(width)] for cells in rows]
    for line in texts[:-1]:
        _spread(line, texts[-1])
    names: list[Name] = []
    seen: Counter[str] = Counter()
    units_below = len(texts) > 1 and _is_unit_row(texts[-1])
    for index in range(width):
        parts: list[str] = []
        for line in texts:
            if line[index] and line[index] not in parts:
                parts.append(line[index])
        unit = ""
        if units_below and len(parts) > 1 and texts[-1][index]:
            unit = parts.pop().strip("()[] ")
        name, inner = split_unit(parts[-1]) if parts else (f"Cột {index + 1}", "")
        full = " / ".join([*parts[:-1], name])
        seen[full] += 1
        if seen[full] > 1:
            # Two columns of one name are two things until somebody says otherwise.
            name, full = f"{name} ({seen[full]})", f"{full} ({seen[full]})"
        names.append(Name(full, (*parts[:-1], name), name, unit or inner))
    return names


def _is_unit_row(line: Sequence[str]) -> bool:
    units = [text.strip("()[] ") for text in line if text]
    return (
        bool(units) and all(unit_code(u) for u in units) and any(len(u) > 1 or not u.isalpha() for u in units)
    )


def _text(cell: Cell) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _spread(line: list[str], leaf: Sequence[str]) -> None:
    """A merged group title stands over its first column; it is meant for the columns to its right too."""
    for index in range(1, len(line)):
        if not line[index] and line[index - 1] and leaf[index]:
            line[index] = line[index - 1]
