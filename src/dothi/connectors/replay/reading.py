# SPDX-License-Identifier: Apache-2.0
"""Recorded files as records, each row counted: a record, several records, or a reason why none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from dothi.connectors.files.tables import open_table
from dothi.connectors.files.unpack import unpack
from dothi.connectors.replay.profiles import Profile
from dothi.sources.core import mapping_time
from dothi.sources.core.mapping import read_mapping
from dothi.sources.core.mapping_path import MISSING, reader


class Row(msgspec.Struct, frozen=True):
    """A row of a file below its header: what is to be sent of it, or why nothing is."""

    records: list[dict[str, Any]]
    reason: str = ""


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _headers(cells: list[Any]) -> list[str]:
    """Names of the columns; a name that stands again is numbered: `Long Biên (2)`."""
    counts: Counter[str] = Counter()
    names = []
    for cell in cells:
        name = _text(cell)
        counts[name] += 1
        names.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return names


def rows(path: Path, profile: Profile) -> Iterator[Row]:
    """All rows of one file, below its header."""
    table = open_table(unpack(path.read_bytes(), path.name))
    lines = (cells for _, cells in table.rows())
    headers = _headers(next(lines, []))
    for cells in lines:
        yield _wide(headers, cells, profile) if profile.shape == "wide" else _plain(headers, cells, profile)


def _plain(headers: list[str], cells: list[Any], profile: Profile) -> Row:
    record = {name: _sent(cell) for name, cell in zip(headers, cells, strict=False) if name}
    for column, good in profile.valid.items():
        if _text(record.get(column)) not in good:
            return Row([], "marked_invalid")
    return Row([record])


def _sent(cell: Any) -> Any:
    return (
        cell
        if isinstance(cell, (int, float, str))
        else cell.isoformat()
        if hasattr(cell, "isoformat")
        else _text(cell)
    )


def _wide(headers: list[str], cells: list[Any], profile: Profile) -> Row:
    day = _text(cells[0]) if cells else ""
    if isinstance(cells[0], datetime):
        day = f"{cells[0]:%d/%m/%Y}"
    if not day[:1].isdigit():
        return Row([], "total")
    records = [
        {"station": name, "date": day, profile.term: _sent(cell)}
        for name, cell in zip(headers[1:], cells[1:], strict=False)
        if _text(cell) and name
    ]
    return Row(records, "" if records else "empty")


class Times:
    """Reads the time of a record by the profile's own mapping, for order and pace."""

    def __init__(self, profile: Profile) -> None:
        mapping = read_mapping(profile.mapping)
        self._readers = [reader(path) for path in mapping.time.paths]
        self._formats = mapping.time.formats
        self._zone = mapping.time.zone

    def of(self, record: dict[str, Any]) -> datetime | None:
        """None when the record says no time; the server will refuse it."""
        for read in self._readers:
            raw = read(record)
            if raw is not MISSING:
                try:
                    return mapping_time.parse(raw, self._formats, self._zone)
                except mapping_time.BadTime:
                    return None
        return None


def station_of(record: dict[str, Any], profile: Profile) -> str:
    """The device that a record names."""
    found = reader(profile.mapping["device"])(record)
    return "" if found is MISSING else _text(found)
