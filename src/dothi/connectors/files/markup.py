# SPDX-License-Identifier: Apache-2.0
"""Tables in HTML, and in the XML that Excel 2003 wrote, both usually named .xls; read as they stream by."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice
from typing import TextIO

from dothi.connectors.files.values import Cell

MAX_SPAN = 1_000
_READ = 1 << 16
_ROW = {"tr", "row"}
_CELL = {"td", "th", "cell"}
_TABLE = {"table", "worksheet"}
_SKIPPED = {"script", "style", "title"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:E[+-]?\d+)?\Z")


def _span(value: str | None) -> int:
    return max(1, min(MAX_SPAN, int(value))) if value and value.isascii() and value.isdigit() else 1


class _Cell:
    def __init__(self, across: int, down: int, at: int | None) -> None:
        self.across, self.down, self.at = across, down, at
        self.parts: list[str] = []
        self.number = False

    def value(self) -> Cell:
        text = "\n".join(" ".join(line.split()) for line in "".join(self.parts).split("\n")).strip()
        if self.number and _NUMBER.match(text):
            return float(text) if any(c in text for c in ".E") else int(text)
        return text or None


class _Parser(HTMLParser):
    """Collects finished rows as (table number, cells); spans are filled in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: deque[tuple[int, list[Cell]]] = deque()
        self.names: dict[int, str] = {}
        self._tables: list[int] = []
        self._count = 0
        self._row: list[_Cell] | None = None
        self._outer: list[tuple[list[_Cell] | None, dict[int, list[object]]]] = []
        self._below: dict[int, list[object]] = {}
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skip += 1
            return
        if tag in _TABLE and not (tag == "table" and self._in_worksheet()):
            self._start_table(tag, dict(attrs))
        elif tag in _ROW:
            self._end_row()
            self._row = []
        elif tag in _CELL and self._row is not None:
            values = dict(attrs)
            index = values.get("ss:index")
            self._row.append(
                _Cell(
                    _span(values.get("colspan"))
                    if tag != "cell"
                    else 1 + int(values.get("ss:mergeacross") or 0),
                    _span(values.get("rowspan")),
                    int(index) - 1 if index and index.isdigit() else None,
                )
            )
        elif tag == "data" and self._row:
            self._row[-1].number = dict(attrs).get("ss:type") == "Number"
        elif tag in {"br", "p", "div"} and self._row:
            self._row[-1].parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skip = max(0, self._skip - 1)
        elif tag in _ROW:
            self._end_row()
        elif tag in _TABLE and self._tables and not (tag == "table" and self._in_worksheet()):
            self._end_row()
            self._tables.pop()
            self._row, self._below = self._outer.pop()

    def handle_data(self, data: str) -> None:
        if self._row and not self._skip:
            # White space in the markup is one space; only <br> and its like make a line.
            self._row[-1].parts.append(data.replace("\n", " ").replace("\r", " "))

    def close(self) -> None:
        super().close()
        self._end_row()

    def _in_worksheet(self) -> bool:
        return bool(self._tables) and self._tables[-1] in self.names

    def _start_table(self, tag: str, attrs: dict[str, str | None]) -> None:
        self._outer.append((self._row, self._below))
        self._row, self._below = None, {}
        self._tables.append(self._count)
        if tag == "worksheet":
            self.names[self._count] = attrs.get("ss:name") or str(self._count + 1)
        self._count += 1

    def _end_row(self) -> None:
        if self._row is None:
            return
        cells: list[Cell] = []
        for cell in self._row:
            self._fill_from_above(cells)
            if cell.at is not None:
                cells.extend([None] * min(MAX_SPAN, max(0, cell.at - len(cells))))
            value = cell.value()
            for step in range(min(cell.across, MAX_SPAN)):
                if cell.down > 1:
                    self._below[len(cells)] = [cell.down - 1, value]
                # A merged cell counts once; its value is carried only downwards.
                cells.append(value if step == 0 else None)
        self._fill_from_above(cells)
        self._row = None
        self.rows.append((self._tables[-1] if self._tables else -1, cells))

    def _fill_from_above(self, cells: list[Cell]) -> None:
        while (waiting := self._below.get(len(cells))) is not None:
            left, value = waiting
            assert isinstance(left, int)
            if left <= 1:
                del self._below[len(cells)]
            else:
                waiting[0] = left - 1
            cells.append(value if isinstance(value, (str, int, float)) else None)


def _parsed(stream: TextIO) -> Iterator[tuple[_Parser, int, list[Cell]]]:
    parser = _Parser()
    while text := stream.read(_READ):
        parser.feed(text)
        while parser.rows:
            yield parser, *parser.rows.popleft()
    parser.close()
    while parser.rows:
        yield parser, *parser.rows.popleft()


def tables(stream: TextIO) -> dict[int, tuple[str, int]]:
    """The tables by number: name and count of filled cells."""
    sizes: Counter[int] = Counter()
    names: dict[int, str] = {}
    for parser, table, cells in _parsed(stream):
        sizes[table] += sum(1 for cell in islice(cells, MAX_SPAN) if cell is not None)
        names = parser.names
    return {table: (names.get(table, str(table + 1)), size) for table, size in sizes.items()}


def rows(stream: TextIO, table: int) -> Iterator[list[Cell]]:
    """The rows of one table, in order."""
    return (cells for _, number, cells in _parsed(stream) if number == table)
