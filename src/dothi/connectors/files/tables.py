# SPDX-License-Identifier: Apache-2.0
"""Tables out of files: one shape for CSV, XLSX, HTML and XML; rows stream, memory stays bounded."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import msgspec
import openpyxl

from dothi.connectors.files import markup
from dothi.connectors.files.detect import Encoding, detect_delimiter, detect_encoding
from dothi.connectors.files.unpack import Content, Format
from dothi.connectors.files.values import Cell, clean
from dothi.foundation.errors import BadInput, TooLarge

Row = tuple[int, list[Cell]]
"""Number of the row as a spreadsheet shows it, and its cells."""

MAX_ROWS = 1_000_000
MAX_COLUMNS = 1_000
MAX_LINES_QUOTED = 50
_SEP = re.compile(r"sep=(.)\s*\Z", re.IGNORECASE)
_STEP = 500


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a file that can be read from its start as often as needed."""

    content: Content
    format: Format
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    number: int = 0
    encoding: Encoding | None = None
    delimiter: str = ""
    skipped_lines: int = 0

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank; TooLarge past a million rows or a thousand columns."""
        for number, cells in enumerate(self._raw(), 1):
            if number > MAX_ROWS + _STEP:
                raise TooLarge("connectors.files.too_many_rows", rows=MAX_ROWS)
            while cells and (cells[-1] is None or cells[-1] == ""):
                cells.pop()
            cleaned = [clean(cell) for cell in cells]
            if len(cleaned) > MAX_COLUMNS:
                raise TooLarge("connectors.files.too_many_columns", columns=MAX_COLUMNS)
            if any(cell is not None and cell != "" for cell in cleaned):
                yield number, cleaned

    def _raw(self) -> Iterator[list[Cell]]:
        if self.format == "xlsx":
            return _workbook_rows(self.content.data, self.sheet)
        assert self.encoding is not None
        stream = self.encoding.open(self.content.data)
        if self.format == "csv":
            return _csv_rows(stream, self.delimiter, self.skipped_lines)
        return markup.rows(stream, self.number)


def open_table(content: Content, sheet: str | None = None) -> Table:
    """The wanted sheet, else the first one with a table; BadInput when there is none."""
    if content.format == "xlsx":
        return _open_workbook(content, sheet)
    encoding = detect_encoding(content.data)
    if content.format == "csv":
        return _open_csv(content, encoding)
    found = markup.tables(encoding.open(content.data))
    if not found:
        raise BadInput("connectors.files.not_a_table")
    wanted = [number for number, (name, _) in found.items() if name == sheet]
    number = wanted[0] if wanted else max(found, key=lambda n: found[n][1])
    names = tuple(name for name, _ in found.values())
    return Table(
        content=content,
        format=content.format,
        sheet=found[number][0],
        sheets=names,
        number=number,
        encoding=encoding,
    )


def _open_csv(content: Content, encoding: Encoding) -> Table:
    stream = encoding.open(content.data)
    lines = [line.rstrip("\r\n") for line in islice(stream, 300)]
    first = lines[0].lstrip("\ufeff") if lines else ""
    if match := _SEP.match(first):
        return Table(content=content, format="csv", encoding=encoding, delimiter=match[1], skipped_lines=1)
    return Table(content=content, format="csv", encoding=encoding, delimiter=detect_delimiter(lines))


def _parse(record: str, delimiter: str) -> list[Cell]:
    return list(next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), []))


def _csv_rows(stream: io.TextIOWrapper, delimiter: str, skip: int) -> Iterator[list[Cell]]:
    """Records one by one; a quote that is never closed spoils its own line only."""
    opening = re.compile(rf'(?:^|{re.escape(delimiter)})\s*"')
    lines = iter(stream)
    waiting: list[str] = []
    first = True
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        if first:
            line, first = line.lstrip("\ufeff"), False
        if skip:
            skip -= 1
            yield []
            continue
        if '"' not in line:
            yield list(line.rstrip("\r\n").split(delimiter)) if line.strip() else []
            continue
        if opening.search(line) is None:
            yield list(line.rstrip("\r\n").split(delimiter))
            continue
        record = [line]
        while "".join(record).count('"') % 2 and len(record) <= MAX_LINES_QUOTED:
            following = waiting.pop(0) if waiting else next(lines, None)
            if following is None:
                break
            record.append(following)
        if "".join(record).count('"') % 2:
            waiting = record[1:] + waiting
            yield list(line.rstrip("\r\n").split(delimiter))
        else:
            yield _parse("".join(record), delimiter)


def _load(data: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        except Exception as error:
            raise BadInput("connectors.files.damaged") from error


def _open_workbook(content: Content, sheet: str | None) -> Table:
    book = _load(content.data)
    try:
        names = tuple(ws.title for ws in book.worksheets if ws.sheet_state == "visible")
        chosen = sheet if sheet in names else next((n for n in names if _is_filled(book[n])), None)
    finally:
        book.close()
    if chosen is None:
        raise BadInput("connectors.files.empty")
    return Table(content=content, format="xlsx", sheet=chosen, sheets=names)


def _is_filled(worksheet: Any) -> bool:
    worksheet.reset_dimensions()
    filled = (row for row in islice(_stepped(worksheet), 100) if sum(c is not None for c in row) >= 2)
    return len(list(islice(filled, 2))) == 2


def _plain(value: Any) -> Cell:
    """A duration is a time of day when it fits into one; what else Excel may hold is text."""
    if isinstance(value, timedelta):
        fits = timedelta(0) <= value < timedelta(days=1)
        return (datetime(2000, 1, 1) + value).time() if fits else str(value)  # noqa: DTZ001 - only its time is used
    return value if value is None or isinstance(value, (str, int, float, date, time)) else str(value)


def _stepped(worksheet: Any) -> Iterator[list[Cell]]:
    """Rows in steps, with openpyxl's remarks about foreign features kept off the log."""
    rows = worksheet.iter_rows(values_only=True)
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                step = [[_plain(value) for value in row] for row in islice(rows, _STEP)]
            except Exception as error:
                raise BadInput("connectors.files.damaged") from error
        if not step:
            return
        yield from step


def _workbook_rows(data: bytes, sheet: str) -> Iterator[list[Cell]]:
    book = _load(data)
    try:
        worksheet = book[sheet]
        worksheet.reset_dimensions()
        yield from _stepped(worksheet)
    finally:
        book.close()
