# SPDX-License-Identifier: Apache-2.0
"""Columns of a group as PostgreSQL's binary arrays, made in one pass.

psycopg's own text arrays escape every quote of every JSON text by a regular expression: that took 60 % of the
writer's time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from psycopg import pq
from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper

_NULL = struct.pack("!i", -1)
_HEAD = struct.Struct("!iiIii")
_SIZE = struct.Struct("!i")


class Array:
    """A one-dimensional array, ready to send. `oid`: of the array; `element`: of its elements."""

    __slots__ = ("data",)
    oid: ClassVar[int]
    element: ClassVar[int]

    def __init__(self, elements: Sequence[bytes]) -> None:
        self.data = _HEAD.pack(1, 1, self.element, len(elements), 1) + b"".join(elements) if elements else (
            _HEAD.pack(0, 0, self.element, 0, 0)[:12]
        )  # fmt: skip


class _Texts(Array):
    oid, element = 1009, 25


class _Jsons(Array):
    oid, element = 3807, 3802


class _Shorts(Array):
    oid, element = 1005, 21


class _Longs(Array):
    oid, element = 1016, 20


class _Doubles(Array):
    oid, element = 1022, 701


class _Bytes(Array):
    oid, element = 1001, 17


class _Booleans(Array):
    oid, element = 1000, 16


class _Dumper(Dumper):
    format = pq.Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj.data


def register(context: AdaptContext) -> None:
    """Teach a connection these arrays."""
    adapters = context.adapters
    assert adapters is not None
    for kind in (_Texts, _Jsons, _Shorts, _Longs, _Doubles, _Bytes, _Booleans):
        adapters.register_dumper(kind, type(f"{kind.__name__}Dumper", (_Dumper,), {"oid": kind.oid}))


def texts(items: Iterable[str | None]) -> Array:
    size = _SIZE.pack
    return _Texts([_NULL if i is None else size(len(b := i.encode())) + b for i in items])


def jsons(items: Iterable[bytes | str | None]) -> Array:
    """JSON text as jsonb[]; the byte 1 is the version of jsonb's binary form."""
    size = _SIZE.pack
    out = []
    for item in items:
        if item is None:
            out.append(_NULL)
        else:
            data = item if isinstance(item, bytes) else item.encode()
            out.append(size(len(data) + 1) + b"\x01" + data)
    return _Jsons(out)


def shorts(items: Iterable[int]) -> Array:
    pack = struct.Struct("!ih").pack
    return _Shorts([pack(2, i) for i in items])


def longs(items: Iterable[int]) -> Array:
    pack = struct.Struct("!iq").pack
    return _Longs([pack(8, i) for i in items])


def doubles(items: Iterable[float | None]) -> Array:
    pack = struct.Struct("!id").pack
    return _Doubles([_NULL if i is None else pack(8, i) for i in items])


def blobs(items: Iterable[bytes]) -> Array:
    size = _SIZE.pack
    return _Bytes([size(len(i)) + i for i in items])


def booleans(items: Iterable[bool]) -> Array:
    pack = struct.Struct("!i?").pack
    return _Booleans([pack(1, i) for i in items])


_MAKERS: dict[str, Any] = {
    "t": texts,
    "j": jsons,
    "s": shorts,
    "l": longs,
    "d": doubles,
    "b": booleans,
    "x": blobs,
}


def columns(kinds: str, rows: Iterable[Sequence[Any]]) -> tuple[Array, ...]:
    """Rows turned into one array a column; one letter of `kinds` each: text, json, short, long, double, boolean, bytes (x)."""
    turned = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return tuple(_MAKERS[kind](column) for kind, column in zip(kinds, turned, strict=True))
