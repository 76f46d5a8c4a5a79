# SPDX-License-Identifier: Apache-2.0
"""Checks of single values: ids, times, scopes, numbers, geometries and the depth of a document."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any

from dothi.broker.ngsi.faults import BadRequestData
from dothi.foundation import clock

DEPTH = 64
VERTICES = 10_000
NULL = "urn:ngsi-ld:null"
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`\x00-\x1f\x7f]+\Z")
_SCOPE = re.compile(r"/?[^\W\d_][\w-]*(?:/[^\W\d_][\w-]*)*\Z|/[\w-]+(?:/[\w-]+)*\Z")
_POSITIONS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
GEOMETRIES = frozenset(_POSITIONS)
_KEPT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)
_ALL_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 300
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_ONE_SORT = bytes.maketrans(b"{}", b"[]")


def is_harmless(raw: bytes) -> bool:
    """Whether a JSON text cannot hold anything that `check_document` refuses; found without looking at each value.

    NUL and lone surrogates need a backslash, depth needs brackets, huge numbers need digits.
    """
    return (
        b"\\" not in raw
        and (len(raw) < 300 or _LONG_NUMBER not in raw.translate(_ALL_DIGITS))
        and _is_flat(raw)
    )


def _is_flat(raw: bytes) -> bool:
    """Whether the brackets are less than DEPTH deep; those inside of texts may make it say no."""
    if raw.count(b"{") + raw.count(b"[") < DEPTH:
        return True
    # One sort of brackets: taking off two sorts in turn could take off two levels at once.
    brackets = raw.translate(_ONE_SORT, _NO_BRACKETS)
    for _ in range(DEPTH - 1):
        outer = brackets.replace(b"[]", b"")
        if not outer:
            return True
        if len(outer) == len(brackets):
            return False
        brackets = outer
    return False


def check_document(document: Any) -> None:
    """Refuse what JSON may carry but no store can keep: NUL, lone surrogates, infinities, huge depth."""
    stack: list[tuple[Any, int]] = [(document, 1)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, float):
            if not math.isfinite(value):
                raise BadRequestData("broker.ngsi.bad_number")
        elif isinstance(value, int):
            if not -(10**308) < value < 10**308:
                raise BadRequestData("broker.ngsi.bad_number")
        elif isinstance(value, dict | list):
            if depth >= DEPTH:
                raise BadRequestData("broker.ngsi.too_deep", depth=DEPTH)
            if isinstance(value, dict):
                for key in value:
                    _check_text(key)
                stack.extend((item, depth + 1) for item in value.values())
            else:
                stack.extend((item, depth + 1) for item in value)


def _check_text(text: str) -> None:
    if text.isascii():
        if "\0" in text:
            raise BadRequestData("broker.ngsi.bad_text")
        return
    try:
        if "\0" in text or not text.encode():
            raise BadRequestData("broker.ngsi.bad_text")
    except UnicodeEncodeError:
        raise BadRequestData("broker.ngsi.bad_text") from None


def is_uri(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 2000 and _URI.match(value) is not None


def entity_id(value: Any) -> str:
    """An entity id: a URI (CIM 009 4.5.1)."""
    if not is_uri(value) or value == NULL:
        raise BadRequestData("broker.ngsi.bad_id", id=str(value)[:120])
    return str(value)


def time(value: Any, member: str) -> str:
    """A DateTime in the one shape that the store keeps (CIM 009 4.6.3)."""
    if not isinstance(value, str) or len(value) > 40 or "T" not in value:
        raise BadRequestData("broker.ngsi.bad_time", member=member)
    try:
        if _KEPT_TIME.match(value) and value > "1":
            datetime.fromisoformat(value)
            return value
        text = clock.iso(clock.parse(value.replace(",", ".")))
    except (ValueError, OverflowError):
        raise BadRequestData("broker.ngsi.bad_time", member=member) from None
    if not text[:4] >= "0001" or len(text) != 27:
        raise BadRequestData("broker.ngsi.bad_time", member=member)
    return text


def scopes(value: Any) -> list[str]:
    """Scopes of an entity (CIM 009 4.18), each with a leading slash."""
    items = value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, str) or len(item) > 500 or not _SCOPE.match(item):
            raise BadRequestData("broker.ngsi.bad_scope", scope=str(item)[:120])
    return list(dict.fromkeys(item if item.startswith("/") else f"/{item}" for item in items))


def is_geometry(value: Any) -> bool:
    """Whether it says to be a GeoJSON geometry."""
    kind = value.get("type") if isinstance(value, dict) else None
    return isinstance(kind, str) and kind in _POSITIONS and "coordinates" in value


def geometry(value: Any, member: str) -> None:
    """Refuse what is no GeoJSON geometry (RFC 7946) of at most 10,000 positions on the globe."""
    if not is_geometry(value):
        raise BadRequestData("broker.ngsi.bad_geometry", member=member)
    count = _positions(value.get("coordinates"), _POSITIONS[value["type"]], value["type"], member)
    if count > VERTICES:
        raise BadRequestData("broker.ngsi.many_vertices", member=member, most=VERTICES)


def _positions(value: Any, level: int, kind: str, member: str) -> int:
    if not isinstance(value, list) or not value:
        raise BadRequestData("broker.ngsi.bad_geometry", member=member)
    if level:
        count = sum(_positions(item, level - 1, kind, member) for item in value)
        is_ring = level == 1 and kind in {"Polygon", "MultiPolygon"}
        is_line = level == 1 and kind in {"LineString", "MultiLineString"}
        if (is_ring and (count < 4 or value[0] != value[-1])) or (is_line and count < 2):
            raise BadRequestData("broker.ngsi.bad_geometry", member=member)
        return count
    numbers = [
        n for n in value if isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n)
    ]
    if len(numbers) != len(value) or not 2 <= len(value) <= 4 or abs(value[0]) > 180 or abs(value[1]) > 90:
        raise BadRequestData("broker.ngsi.bad_position", member=member)
    return 1
