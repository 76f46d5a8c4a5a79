# SPDX-License-Identifier: Apache-2.0
"""Files of units and borders, read as plain values: JSON and CSV lists, GeoJSON, also gzipped.

Lists: JSON as the open database of Vietnamese units has it (provinces with `Wards`), or CSV with a header, in
UTF-8 or Windows-1258, whose columns are named in Vietnamese or English (docs/places.md has the table).
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import msgspec

from dothi.foundation.text import fold, nfc
from dothi.places.errors import BadList
from dothi.places.rules.join import Border, ListedUnit
from dothi.places.rules.words import split_kind

_LARGEST = 400 << 20
_COLUMNS = {
    "code": ("ma", "code", "ma don vi", "ma xa", "ma phuong xa"),
    "name": ("ten", "name", "ten don vi", "ten xa", "ten phuong xa"),
    "kind": ("loai", "kind", "type", "cap"),
    "parent_code": ("ma cap tren", "parent code", "ma tinh", "province code"),
    "parent_name": ("ten cap tren", "ten tinh", "province name", "province"),
    "valid_from": ("tu ngay", "valid from"),
    "valid_to": ("den ngay", "valid to"),
    "successors": ("don vi sau", "successors"),
    "basis": ("can cu", "basis"),
    "agency_code": ("ma dinh danh", "agency code"),
    "postal_code": ("ma buu chinh", "postal code"),
}


class Order(msgspec.Struct, kw_only=True):
    """A list and borders as they were read, with what a person said beside."""

    listed: list[ListedUnit]
    borders: list[Border] = []
    day: date | None = None
    only: str = ""
    accepted: list[str] = []
    rehearse: bool = False


def unpacked(content: bytes) -> bytes:
    """The content, gunzipped when it is gzipped; BadList when it is broken or would fill the memory."""
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        with gzip.open(io.BytesIO(content)) as packed:
            found = packed.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadList("places.list.gzip") from error
    if len(found) > _LARGEST:
        raise BadList("places.list.large")
    return found


def read_list(content: bytes) -> list[ListedUnit]:
    """The units of a list, parents first; BadList when it is none."""
    body = unpacked(content)
    found = _from_json(body) if body.lstrip()[:1] in {b"[", b"{"} else _from_csv(body)
    if not found:
        raise BadList("places.list.empty")
    return found


class _Ward(msgspec.Struct):
    code: str = msgspec.field(name="Code")
    full_name: str = msgspec.field(name="FullName")
    kind: str = msgspec.field(name="AdministrativeUnitShortName", default="")


class _Province(_Ward):
    wards: list[_Ward] = msgspec.field(name="Wards", default_factory=list)


def _listed(code: str, full_name: str, kind: str, parent_code: str = "") -> ListedUnit:
    said, bare = split_kind(full_name)
    kind = nfc(kind) or said[:1].upper() + said[1:]
    return ListedUnit(code=code.strip(), kind=kind, name=nfc(bare), parent_code=parent_code)


def _from_json(body: bytes) -> list[ListedUnit]:
    try:
        provinces = msgspec.json.decode(body, type=list[_Province])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadList("places.list.json") from error
    top = [_listed(p.code, p.full_name, p.kind) for p in provinces]
    return top + [_listed(w.code, w.full_name, w.kind, p.code) for p in provinces for w in p.wards]


def _text(body: bytes) -> str:
    """UTF-8, else Windows-1258, whose tone marks stand apart."""
    try:
        return nfc_lines(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        try:
            return nfc_lines(body.decode("cp1258"))
        except UnicodeDecodeError as error:
            raise BadList("places.list.encoding") from error


def nfc_lines(text: str) -> str:
    return "\n".join(nfc(line.replace("\t", "\x1f")).replace("\x1f", "\t") for line in text.splitlines())


def _from_csv(body: bytes) -> list[ListedUnit]:
    lines = _text(body).splitlines()
    if not lines:
        return []
    sign = max(";,\t", key=lines[0].count)
    head, *rows = list(csv.reader(lines, delimiter=sign))
    columns = _columns(head)
    if "code" not in columns or "name" not in columns:
        raise BadList("places.list.columns", columns=", ".join(head)[:200])
    cells = [
        {name: row[n].strip() for name, n in columns.items() if n < len(row)} for row in rows if any(row)
    ]
    return [*_parents(cells), *(_row(cell, number) for number, cell in enumerate(cells, 2))]


def _columns(head: list[str]) -> dict[str, int]:
    """Which column is what; where `ma tinh` stands beside `ma xa`, the first is the parent's."""
    titles = [fold(title) for title in head]
    return {
        name: titles.index(alias) for name, names in _COLUMNS.items() for alias in names if alias in titles
    }


def _parents(cells: Iterable[dict[str, str]]) -> Iterator[ListedUnit]:
    """Provinces that stand only as columns beside their units."""
    listed = {cell.get("code") for cell in cells}
    named = {
        cell["parent_code"]: cell["parent_name"]
        for cell in cells
        if cell.get("parent_code") and cell.get("parent_name") and cell["parent_code"] not in listed
    }
    return (_listed(code, name, "") for code, name in named.items())


def _row(cell: dict[str, str], number: int) -> ListedUnit:
    base = _listed(
        cell.get("code", ""), cell.get("name", ""), cell.get("kind", ""), cell.get("parent_code", "")
    )
    if not base.code or not base.name:
        raise BadList("places.list.row", row=number)
    return msgspec.structs.replace(
        base,
        valid_from=_day(cell.get("valid_from", ""), number),
        valid_to=_day(cell.get("valid_to", ""), number),
        successors=tuple(cell.get("successors", "").replace("|", " ").replace(",", " ").split()),
        basis=cell.get("basis", ""),
        agency_code=cell.get("agency_code", ""),
        postal_code=cell.get("postal_code", ""),
    )


def _day(text: str, number: int) -> date | None:
    """`2025-07-01` or `01/07/2025`."""
    if not text:
        return None
    parts = text.split("/")
    try:
        return date.fromisoformat("-".join(reversed(parts)) if len(parts) == 3 else text)
    except ValueError as error:
        raise BadList("places.list.row", row=number) from error


class _Feature(msgspec.Struct):
    geometry: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None


class _Features(msgspec.Struct):
    type: str
    features: list[_Feature] = []


def read_borders(content: bytes) -> list[Border]:
    """The borders of a GeoJSON FeatureCollection; BadList when it is none."""
    try:
        found = msgspec.json.decode(unpacked(content), type=_Features)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadList("places.list.geojson") from error
    if found.type != "FeatureCollection" or not found.features:
        raise BadList("places.list.geojson")
    return [_border(feature) for feature in found.features]


def _border(feature: _Feature) -> Border:
    said = {fold(name).replace(" ", ""): value for name, value in (feature.properties or {}).items()}

    def word(*names: str) -> str:
        return next((str(said[n]).strip() for n in names if said.get(n) not in (None, "")), "")

    kind, name = split_kind(word("fullname", "tendaydu", "name", "ten", "localname"))
    size = said.get("areakm2")
    return Border(
        code=word("code", "ma", "maxa"),
        kind=kind,
        name=name,
        parent_code=word("parentcode", "provincecode", "matinh"),
        boundary=feature.geometry or {},
        size=float(size) if isinstance(size, (int, float)) and size > 0 else None,
    )
