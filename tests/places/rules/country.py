# SPDX-License-Identifier: Apache-2.0
"""A small country as a book: two old provinces made one, districts gone, wards merged and split, one renamed."""

from __future__ import annotations

from datetime import date

from dothi.foundation.text import sort_key
from dothi.places.rules.book import Book
from dothi.places.rules.tree import Code, Event, Version

OLD, NEW = date(2000, 1, 1), date(2025, 7, 1)
RENAMED = date(2026, 6, 1)


def version(
    unit: str, kind: str, name: str, parent: str | None = None, first: date = NEW, last: date | None = None
) -> Version:
    return Version(
        unit=unit, parent=parent, kind=kind, name=name, sort=sort_key(name), valid_from=first, valid_to=last
    )


VERSIONS = [
    version("79", "Thành phố", "Hồ Chí Minh", None, OLD),
    version("74", "Tỉnh", "Bình Dương", None, OLD, NEW),
    version("760", "Quận", "1", "79", OLD, NEW),
    version("769", "Thành phố", "Thủ Đức", "79", OLD, NEW),
    version("718", "Thành phố", "Thủ Dầu Một", "74", OLD, NEW),
    version("o1", "Phường", "Bến Nghé", "760", OLD, NEW),
    version("o2", "Phường", "Đa Kao", "760", OLD, NEW),
    version("o3", "Phường", "1", "718", OLD, NEW),
    version("o4", "Phường", "Phú Cường", "718", OLD, NEW),
    version("26740", "Phường", "Sài Gòn", "79"),
    version("26737", "Phường", "Tân Định", "79"),
    version("25747", "Phường", "Thủ Dầu Một", "79"),
    version("x1", "Xã", "Cũ Tên", "79", NEW, RENAMED),
    version("x1", "Xã", "Bình Mỹ", "79", RENAMED),
    version("46", "Thành phố", "Huế", None, OLD),
    version("h1", "Phường", "Thuận Hóa", "46"),
    version("h2", "Phường", "Phú Xuân", "46"),
    version("h3", "Xã", "Phú Xuân", "46"),
    version("m1", "Xã", "Má", "46"),
    version("m2", "Xã", "Ma", "46"),
]
EVENTS = [
    Event(id=1, kind="merge", day=NEW, before=("74", "79"), after=("79",), basis="NQ 202/2025/QH15"),
    Event(id=2, kind="merge", day=NEW, before=("o1",), after=("26740",)),
    Event(id=3, kind="split", day=NEW, before=("o2",), after=("26740", "26737")),
    Event(id=4, kind="merge", day=NEW, before=("o4", "o3"), after=("25747",)),
    Event(id=5, kind="split", day=NEW, before=("760",), after=("26740", "26737")),
    Event(id=6, kind="rename", day=RENAMED, before=("x1",), after=("x1",)),
]
CODES = [
    Code(unit="26740", scheme="statistical", code="26740", valid_from=NEW),
    Code(unit="o1", scheme="statistical", code="26743", valid_from=OLD, valid_to=NEW),
    Code(unit="46", scheme="agency", code="H57", valid_from=OLD),
]
BOOK = Book(VERSIONS, CODES, EVENTS)
