# SPDX-License-Identifier: Apache-2.0
"""The tree and its checkpoints in PostgreSQL, on any DB-API cursor. Proofs cost one look-up each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from dothi.foundation import clock
from dothi.ledger import rules
from dothi.ledger.core import note as notes
from dothi.ledger.core.record import Cursor
from dothi.ledger.core.sql import SQL
from dothi.ledger.errors import BadQuestion, NoCheckpoint


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint as it is kept."""

    size: int
    root: bytes
    at: datetime
    note: str


def size(cursor: Cursor) -> int:
    """How many leaves there are now; signed or not yet."""
    cursor.execute(SQL["size"])
    return int(cursor.fetchone()[0])


def nodes(cursor: Cursor, wanted: Iterable[rules.Node]) -> dict[rules.Node, bytes]:
    """The hashes of nodes; RuntimeError when one is gone: then the ledger's own tables were damaged."""
    named = list(wanted)
    cursor.execute(SQL["nodes"], [[level for level, _ in named], [index for _, index in named]])
    found = {(level, index): hash_ for level, index, hash_ in cursor.fetchall()}
    gone = [node for node, hash_ in found.items() if hash_ is None]
    if gone:
        raise RuntimeError(f"The ledger lacks node {gone[0]}")
    return {node: bytes(hash_) for node, hash_ in found.items()}


def tree(cursor: Cursor) -> rules.CompactRange:
    """What is needed to append: O(log n)."""
    count = size(cursor)
    wanted = rules.perfect(0, count)
    found = nodes(cursor, wanted)
    return rules.CompactRange(count, [found[node] for node in wanted])


def _signed(row: tuple[int, bytes, str, str]) -> Signed:
    return Signed(row[0], bytes(row[1]), clock.parse(row[2]), row[3])


def newest(cursor: Cursor) -> Signed | None:
    cursor.execute(SQL["newest_checkpoint"])
    row = cursor.fetchone()
    return _signed(row) if row else None


def checkpoint(cursor: Cursor, count: int) -> Signed | None:
    cursor.execute(SQL["checkpoint"], [count])
    row = cursor.fetchone()
    return _signed(row) if row else None


def checkpoints(cursor: Cursor) -> list[Signed]:
    cursor.execute(SQL["checkpoints"])
    return [_signed(row) for row in cursor.fetchall()]


def keys(cursor: Cursor) -> list[notes.Key]:
    """The keys that this ledger signs and signed with, oldest first."""
    cursor.execute(SQL["keys"])
    return [notes.read_key(row[0]) for row in cursor.fetchall()]


def newest_note(cursor: Cursor) -> str:
    """The newest checkpoint with its cosignatures, as text; NoCheckpoint before the first."""
    found = newest(cursor)
    if found is None:
        raise NoCheckpoint
    cursor.execute(SQL["cosignatures"], [found.size])
    return found.note + "".join(str(row[0]) for row in cursor.fetchall())


def _within(cursor: Cursor, count: int) -> None:
    if count > size(cursor):
        raise BadQuestion("ledger.question.size", size=count)


def inclusion(cursor: Cursor, *, leaf: int, count: int) -> tuple[bytes, list[bytes]]:
    """The leaf's hash and its path to the head of `count` leaves; BadQuestion when there is none."""
    if not 0 <= leaf < count:
        raise BadQuestion("ledger.question.leaf", leaf=leaf, size=count)
    _within(cursor, count)
    ranges = rules.inclusion_ranges(leaf, count)
    found = nodes(cursor, [(0, leaf), *rules.needed(ranges)])
    return found[0, leaf], rules.proof(ranges, found)


def consistency(cursor: Cursor, *, old: int, new: int) -> list[bytes]:
    """The path that shows that the tree of `old` leaves is the beginning of that of `new`."""
    if not 0 < old <= new:
        raise BadQuestion("ledger.question.order", old=old, new=new)
    _within(cursor, new)
    ranges = rules.consistency_ranges(old, new)
    return rules.proof(ranges, nodes(cursor, rules.needed(ranges)))
