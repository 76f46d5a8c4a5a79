# SPDX-License-Identifier: Apache-2.0
"""A first reading of a table: which column is the time, which the station, which are values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from dothi.connectors.files.columns import Seen, time_style
from dothi.connectors.files.detect import Mark, detect_decimal, looks_ambiguous
from dothi.connectors.files.headers import Header, find_header
from dothi.connectors.files.notes import notes
from dothi.connectors.files.plan import Column, Layout, Plan, Role
from dothi.connectors.files.tables import Row, Table
from dothi.connectors.files.units import quantity, split_unit, term, unit_code
from dothi.foundation.errors import BadInput
from dothi.foundation.kinds import QUANTITIES, Kind
from dothi.foundation.text import fold

SAMPLE = 2_000

_TIME = re.compile(
    r"\b(thoi (gian|diem)|ngay gio|ngay|gio|time\w*|\w*time|date\w*|datetime|timestamp|observedat|luc)\b"
)
_DATE_ONLY = re.compile(r"\b(ngay|date|day)\b")
_CLOCK = re.compile(r"^(gio|hour|time|gio do|thoi diem|gio phut|hh mm)( \w+)?$")
_STATION = re.compile(
    r"\b(tram|station|stationno|diem do|diem quan trac|vi tri|site|sensor|cam bien|device|thiet bi|node|bai do|garage\w*"
    r"|report id|deviceid|stationid|sensorid|locationid|dia diem|noi do|tuyen kenh)\b"
)
_CODE = re.compile(r"\b(ma|id|code|no|so hieu|ky hieu|\w*code|\w*id)\b")
_QUALITY = re.compile(
    r"^(qc( name)?|quality|chat luong so lieu|status|trang thai|tinh trang|validity|flag|co)$"
)
_ORDINAL = re.compile(r"^(stt|tt|so tt|so thu tu|no|id|index|row|rowid|extid|fid|objectid)$")
_PARTS = {
    "year": "year",
    "nam": "year",
    "month": "month",
    "thang": "month",
    "day": "day",
    "ngay": "day",
    "hour": "hour",
    "gio": "hour",
}
_PART_OF_TIME = re.compile(r"^(nam|thang|ngay|gio|quy|tuan|year|month|day|hour|minute|week|quarter|time)$")
_CODED = re.compile(r"^(ma|code|zip|postal|phone|so dien thoai|cccd)\b|\b(zip\w*|postal code|phone)\b")
_PARAMETER = re.compile(
    r"^(parameter|thong so|ten thong so|chi tieu|chi so|pollutant|thong so quan trac|variable|dai luong)$"
)
_UNIT = re.compile(r"^(unit|units|don vi|don vi tinh|don vi do|dvt|conc unit)$")
_GENERIC = re.compile(
    r"^(value|gia tri|ket qua|so lieu|ket qua do|gia tri do|raw conc|concentration|nong do|reading|so doc)$"
)
_PLACE = re.compile(r"\b(lat\w*|lon\w*|lng|kinh do|vi do|toa do\w*|x|y|dia chi|address)\b")
_ELAPSED = re.compile(r"^(time|thoi gian|t|elapsed)$")


def understand(table: Table, *, kind: Kind | None = None, filename: str = "") -> Plan:
    """The plan that the first rows suggest. `kind` names what a file of stations in columns measures."""
    sample = list(islice(table.rows(), SAMPLE))
    if not sample:
        raise BadInput("connectors.files.empty")
    header = find_header(sample[:200])
    data = [row for row in sample if row[0] >= header.first_data_row and row not in header.numbering]
    fallback: Mark = "," if table.delimiter == ";" else "."
    seen = [Seen.of(name, index, data) for index, name in enumerate(header.names)]
    file_mark, proven = detect_decimal((text for s in seen for text in s.number_texts), fallback)
    columns = [_first_look(s, file_mark, proven=proven) for s in seen]
    _choose_times(columns, seen)
    _choose_stations(columns, seen)
    about = " ".join(str(c) for _, cells in header.titles for c in cells if c) + " " + filename
    layout = _lay_out(columns, header, kind, about)
    _name_units(columns)
    plan = Plan(
        format=table.format,
        sheet=table.sheet,
        encoding=table.encoding.label if table.encoding else "",
        delimiter=table.delimiter,
        decimal=file_mark,
        layout=layout,
        columns=columns,
        header_rows=[number for number, _ in header.rows],
        title_rows=[number for number, _ in header.titles],
        numbering_rows=[number for number, _ in header.numbering],
        first_data_row=header.first_data_row,
        header=[name.header for name in header.names],
        header_cells=[["" if c is None else str(c) for c in cells] for _, cells in header.rows],
        carried=carried(columns, data),
    )
    plan.notes = notes(plan, table, seen)
    return plan


def _first_look(seen: Seen, file_mark: Mark, *, proven: bool) -> Column:
    """`proven`: other columns prove the mark of the file, so that a doubtful one need not be asked for."""
    mark, own = detect_decimal(seen.number_texts, file_mark)
    certain = own or not looks_ambiguous(seen.number_texts)
    role: Role = "left_out"
    why = "text"
    label = fold(seen.name.name)
    if seen.filled == 0:
        why = "empty_column"
    elif seen.share("number") + seen.share("code") >= 0.6:
        if _PART_OF_TIME.match(label) and not seen.name.unit:
            why = "part_of_time"
        elif _ORDINAL.match(label):
            why = "ordinal"
        elif _PLACE.search(label):
            why = "place"
        elif seen.share("code") > 0.01 or _CODED.search(label):
            why = "code"
        else:
            role, why = "value", ""
    elif _QUALITY.match(label):
        role, why = "quality", ""
    elif _PARAMETER.match(label):
        role, why = "parameter", ""
    elif _UNIT.match(label):
        role, why = "unit", ""
    return Column(
        index=seen.index,
        header=seen.name.header,
        name=seen.name.name,
        unit=seen.name.unit,
        role=role,
        why=why,
        decimal=mark,
        decimal_proven=certain,
        decimal_asked=not certain and not proven,
        examples=seen.examples,
    )


def _choose_times(columns: list[Column], seen: Sequence[Seen]) -> None:
    """One column of instants; or a day and an hour; or seconds since a start."""
    named = sorted(columns, key=lambda c: (_TIME.search(fold(c.name)) is None, c.index))
    for column in named:
        style = time_style(seen[column.index], named=_TIME.search(fold(column.name)) is not None)
        if style is None:
            continue
        column.role, column.why, column.time_style = "time", "", style
        clock = _clock_beside(columns, seen, column)
        if clock is not None:
            column.role, clock.role, clock.why = "date", "clock", ""
        break
    _gather_parts(columns)
    for column in columns:
        if column.role == "value" and not any(c.role in {"time", "date", "part"} for c in columns):
            if _ELAPSED.match(fold(column.name)) and column.unit in {"s", "sec", "giây"}:
                column.role = "elapsed"
        elif (
            column.role == "left_out" and column.why == "text" and time_style(seen[column.index], named=False)
        ):
            column.why = "other_time"


def _gather_parts(columns: Iterable[Column]) -> None:
    """Year, month, day and hour in columns of their own, where no column holds the whole instant."""
    columns = list(columns)
    if any(column.role in {"time", "date"} for column in columns):
        return
    parts = {_PARTS[fold(c.name)]: c for c in columns if c.why == "part_of_time" and fold(c.name) in _PARTS}
    if {"year", "month", "day"} <= set(parts):
        for part, column in parts.items():
            column.role, column.term, column.why = "part", part, ""


def _clock_beside(columns: list[Column], seen: Sequence[Seen], day: Column) -> Column | None:
    if not seen[day.index].days_only:
        return None
    for column in columns:
        if column is not day and _CLOCK.match(fold(column.name)) and seen[column.index].clocks_only:
            return column
    return None


def _choose_stations(columns: list[Column], seen: Sequence[Seen]) -> None:
    """The column that names the station: a code before a name; never a measured value."""
    candidates = [
        column
        for column in columns
        if column.role in {"left_out", "value"}
        and column.why in {"", "text", "place", "code"}
        and _STATION.search(fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column.name)))
        and not quantity(column.name)
        and seen[column.index].names_things
    ]
    if not candidates:
        return
    chosen = min(candidates, key=lambda c: (_CODE.search(fold(c.name)) is None, c.index))
    chosen.role, chosen.why = "station", ""
    for column in candidates:
        if (
            column is not chosen
            and seen[column.index].share("text") > 0.5
            and not any(c.role == "label" for c in columns)
        ):
            column.role, column.why = "label", ""


def _lay_out(columns: list[Column], header: Header, kind: Kind | None, about: str) -> Layout:
    values = [column for column in columns if column.role == "value"]
    if not values:
        return "unclear"
    parameter = any(column.role == "parameter" for column in columns)
    for column in values:
        column.term = quantity(column.name) or ""
        column.by_parameter = parameter and _GENERIC.match(fold(column.name)) is not None
    if any(column.role == "station" for column in columns):
        _name_terms(values)
        return "long"
    pairs = [(header.names[c.index].parts, c) for c in values]
    parents = {parts[-2] for parts, _ in pairs if len(parts) > 1}
    leaves = {parts[-1] for parts, c in pairs if len(parts) > 1}
    if len(parents) > 1 and all(len(parts) > 1 for parts, _ in pairs) and len(leaves) < len(pairs):
        for parts, column in pairs:
            column.station = parts[-2]
            column.term = term(re.sub(r" \(\d+\)$", "", parts[-1]))
        return "wide"
    if len(values) >= 3 and not any(c.term for c in values) and len(values) >= 0.6 * _others(columns):
        measured, unit = _measured(about, kind)
        for column in values:
            column.station, column.term = column.name, measured
            column.unit = column.unit or unit
        return "wide"
    _name_terms(values)
    return "single"


def _others(columns: Iterable[Column]) -> int:
    """Columns that say something and are no time."""
    silent = {"empty_column", "ordinal", "part_of_time", "other_time"}
    return sum(1 for c in columns if c.role not in {"time", "date", "clock", "part"} and c.why not in silent)


def _name_terms(values: Iterable[Column]) -> None:
    for column in values:
        column.term = "" if column.by_parameter else column.term or term(column.name)


def _measured(about: str, kind: Kind | None) -> tuple[str, str]:
    """What a table of stations measures, by its kind, else by its title or file name; empty when unknown."""
    if kind is not None:
        return kind.quantities[0].term, ""
    for part in re.split(r"[\n;:,–]| - |_", about):
        name, unit = split_unit(part.strip())
        words = name.split()
        for length in range(min(5, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                found = quantity(" ".join(words[start : start + length]))
                if found:
                    return found, unit
    return "", ""


def _name_units(columns: Iterable[Column]) -> None:
    """The unit code of the written unit; without one, that of the known quantity, marked as assumed."""
    for column in columns:
        if column.role != "value":
            continue
        column.unit_code = unit_code(column.unit) if column.unit else None
        known = QUANTITIES.get(column.term)
        if not column.unit and known is not None and known.unit_code:
            column.unit, column.unit_code, column.unit_assumed = known.unit, known.unit_code, True


def carried(columns: Sequence[Column], data: Sequence[Row]) -> list[int]:
    """Day and station columns that are filled once per group of rows, as merged cells are."""
    found: list[int] = []
    for column in columns:
        if column.role not in {"date", "station"} or not data:
            continue
        cells = [cells[column.index] if column.index < len(cells) else None for _, cells in data]
        blank = sum(1 for cell in cells if cell is None or cell == "")
        if blank >= 0.5 * len(cells) and cells[0] not in {None, ""}:
            found.append(column.index)
    return found
