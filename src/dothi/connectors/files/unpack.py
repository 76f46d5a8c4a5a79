# SPDX-License-Identifier: Apache-2.0
"""From the bytes handed in to the bytes of one table: gzip opened, bombs and foreign formats refused."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Literal

import msgspec

from dothi.foundation.errors import BadInput, TooLarge

Format = Literal["csv", "xlsx", "html", "xml"]

MAX_BYTES = 50_000_000
MAX_RATIO = 20
FREE_BYTES = 8_000_000
"""Below this a high ratio is no danger: real HTML exports in UTF-16 pack 50 times."""

_PACKED_XML_MARKS = (b"<!doctype", b"<!entity", b"<\0!\0d\0o\0c\0t\0y\0p\0e\0", b"<\0!\0e\0n\0t\0i\0t\0y\0")


class Content(msgspec.Struct, frozen=True):
    """The table's own bytes, its name without .gz, and what it is by its content, whatever it is named."""

    data: bytes
    name: str
    format: Format


def _limit(packed: int) -> int:
    return min(MAX_BYTES, max(FREE_BYTES, MAX_RATIO * packed))


def _refuse_size(limit: int) -> TooLarge:
    return TooLarge("connectors.files.too_large", megabytes=limit // 1_000_000)


def _gunzip(data: bytes) -> bytes:
    limit = _limit(len(data))
    parts: list[bytes] = []
    size, rest = 0, data
    while rest[:2] == b"\x1f\x8b":
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(rest, limit - size + 1)
        except zlib.error as error:
            raise BadInput("connectors.files.damaged") from error
        size += len(part)
        if size > limit:
            raise _refuse_size(limit)
        if not member.eof:
            raise BadInput("connectors.files.damaged")
        parts.append(part)
        rest = member.unused_data
    return b"".join(parts)


def _check_zip(data: bytes) -> None:
    """Refuse archives that are no workbook, unpack to too much, or define XML entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if "xl/workbook.xml" not in {entry.filename for entry in entries}:
                raise BadInput("connectors.files.not_a_table")
            limit = _limit(len(data))
            if len(entries) > 2_000 or sum(entry.file_size for entry in entries) > limit:
                raise _refuse_size(limit)
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    _check_xml(archive, entry)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise BadInput("connectors.files.damaged") from error


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(1 << 20):
            window = (tail + chunk).lower()
            if any(mark in window for mark in _PACKED_XML_MARKS):
                raise BadInput("connectors.files.not_a_table")
            tail = window[-32:]


def _text_format(data: bytes) -> Format:
    head = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith((b"<?xml", b"<workbook")):
        return "xml" if b"office:spreadsheet" in head else "html"
    return "html" if head.startswith(b"<") else "csv"


def unpack(data: bytes, filename: str) -> Content:
    """The table inside the file; BadInput or TooLarge say what to do when there is none."""
    if len(data) > MAX_BYTES:
        raise _refuse_size(MAX_BYTES)
    name = filename
    if data[:2] == b"\x1f\x8b":
        data = _gunzip(data)
        name = name.removesuffix(".gz").removesuffix(".GZ")
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise BadInput("connectors.files.empty")
    if data[:4] == b"PK\x03\x04":
        _check_zip(data)
        return Content(data, name, "xlsx")
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadInput("connectors.files.old_excel")
    if data[:5] == b"%PDF-" or data[:1] in b"{[" or data[:2] == b"PK":
        raise BadInput("connectors.files.not_a_table")
    return Content(data, name, _text_format(data))
