# SPDX-License-Identifier: Apache-2.0
"""The whole ledger as one file that can be verified without us: JSON lines.

In this order: `ledger`, `key`s, `checkpoint`s by size, `cosignature`s by size, `entry`s by number, `end`. Records stand
in it byte for byte as they were hashed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
import psycopg

from dothi.ledger.core import store
from dothi.ledger.core.record import Cursor
from dothi.ledger.core.sql import SQL

FORMAT = 1
PAGE = 5_000


class Ledger(msgspec.Struct, tag="ledger", tag_field="kind", forbid_unknown_fields=True):
    format: int
    origin: str
    size: int


class KeyLine(msgspec.Struct, tag="key", tag_field="kind", forbid_unknown_fields=True):
    key: str


class CheckpointLine(msgspec.Struct, tag="checkpoint", tag_field="kind", forbid_unknown_fields=True):
    note: str


class CosignatureLine(msgspec.Struct, tag="cosignature", tag_field="kind", forbid_unknown_fields=True):
    size: int
    key: str
    line: str


class Entry(msgspec.Struct, tag="entry", tag_field="kind", forbid_unknown_fields=True):
    number: int
    hash: str
    record: msgspec.Raw


class End(msgspec.Struct, tag="end", tag_field="kind", forbid_unknown_fields=True):
    size: int
    keys: int
    checkpoints: int
    cosignatures: int


Line = Ledger | KeyLine | CheckpointLine | CosignatureLine | Entry | End


def _entries(cursor: Cursor, count: int) -> Iterator[Entry]:
    for first in range(0, count, PAGE):
        cursor.execute(SQL["leaves"], [first, min(first + PAGE, count)])
        for number, hash_, body in cursor.fetchall():
            yield Entry(number, bytes(hash_).hex(), msgspec.Raw((body or "null").encode()))


def lines(cursor: Cursor) -> Iterator[Line]:
    """Everything up to the newest checkpoint. The cursor's transaction sees one state (repeatable read)."""
    signed = store.checkpoints(cursor)
    newest = signed[-1] if signed else None
    keys = store.keys(cursor)
    yield Ledger(FORMAT, keys[-1].name if keys else "", newest.size if newest else 0)
    yield from (KeyLine(key.text) for key in keys)
    yield from (CheckpointLine(one.note) for one in signed)
    cursor.execute(SQL["all_cosignatures"])
    seen = [CosignatureLine(*row) for row in cursor.fetchall()]
    yield from seen
    if newest:
        yield from _entries(cursor, newest.size)
    yield End(newest.size if newest else 0, len(keys), len(signed), len(seen))


def write(connection: psycopg.Connection[Any], out: BinaryIO) -> int:
    """Write the file; how many records are in it."""
    count = 0
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with connection.transaction(), connection.cursor() as cursor:
        for line in lines(cursor):
            out.write(msgspec.json.encode(line) + b"\n")
            count += isinstance(line, Entry)
    return count
