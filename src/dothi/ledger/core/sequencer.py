# SPDX-License-Identifier: Apache-2.0
"""The one that numbers: takes what was committed, gives each record its leaf, and signs heads.

Writers never wait for it. Whoever holds the advisory lock is the sequencer, so two cannot number at once; a step is one
transaction, so a process that dies leaves nothing half done.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg

from dothi.foundation import clock
from dothi.ledger import rules
from dothi.ledger.core import note as notes
from dothi.ledger.core import record, store
from dothi.ledger.core.sql import SQL

BATCH = 2_000
EVERY = timedelta(minutes=1)
"""How long a leaf waits for a signed checkpoint at most."""
SYSTEM = "system:ledger"

Connection = psycopg.Connection[Any]


def _append(tree: rules.CompactRange, rows: list[tuple[int, str]]) -> tuple[list[Any], list[Any]]:
    """The columns of the new leaves, and of the nodes that they complete."""
    first = tree.size
    made = [tree.append(rules.leaf_hash(body.encode())) for _, body in rows]
    leaves = [
        list(range(first, tree.size)),
        [record_id for record_id, _ in rows],
        [nodes[0][1] for nodes in made],
    ]
    above = [(level, index, hash_) for nodes in made for (level, index), hash_ in nodes[1:]]
    return leaves, [list(column) for column in zip(*above, strict=True)]


def number(connection: Connection, *, most: int = BATCH) -> int:
    """Give up to `most` waiting records their leaves, in one transaction; how many."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(SQL["be_sequencer"].encode())
        rows = cursor.execute(SQL["waiting"].encode(), [most]).fetchall()
        if not rows:
            return 0
        leaves, nodes = _append(store.tree(cursor), rows)
        cursor.execute(SQL["put_leaves"].encode(), leaves)
        if nodes:
            cursor.execute(SQL["put_nodes"].encode(), nodes)
        cursor.execute(SQL["stop_waiting"].encode(), [leaves[1]])
        return len(rows)


def sign(connection: Connection, signer: notes.Signer, *, at: datetime, force: bool = False) -> bool:
    """Sign the head when it grew and the last signature is a minute old (or `force`); whether it was done."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(SQL["be_sequencer"].encode())
        before = store.newest(cursor)
        tree = store.tree(cursor)
        if not tree.size or (before and before.size == tree.size):
            return False
        if before and not force and before.at <= at < before.at + EVERY:
            return False
        note = notes.sign_checkpoint(signer, size=tree.size, root=tree.root())
        cursor.execute(SQL["put_checkpoint"].encode(), [tree.size, tree.root(), clock.iso(at), note.text])
        return True


def introduce(connection: Connection, signer: notes.Signer, *, at: datetime) -> None:
    """Say with which key is signed from now on: itself a record."""
    with connection.transaction(), connection.cursor() as cursor:
        new = cursor.execute(SQL["put_key"].encode(), [signer.key.text, clock.iso(at)]).fetchone()
        if new:
            record.put(
                cursor,
                actor=SYSTEM,
                act="ledger.act.key_made",
                object_=f"key:{signer.key.id.hex()}",
                at=at,
                details={"key": signer.key.text},
            )


def catch_up(connection: Connection, signer: notes.Signer, *, at: datetime) -> None:
    """Number everything that is committed now, and sign."""
    introduce(connection, signer, at=at)
    while number(connection):
        pass
    sign(connection, signer, at=at, force=True)
