# SPDX-License-Identifier: Apache-2.0
"""Files that wait for ingest, and how far it is: psycopg, no Django.

Listen on `sources_files`. A file that was being taken when the process died is taken again from its start:
rows that are already there are repeats and change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from dothi.foundation.sql import queries
from dothi.sources.core.sentence import Sentence
from dothi.sources.core.storable import cleaned

QUERIES = queries(files("dothi.sources.core").joinpath("file_queue.sql"))
CHANNEL = "sources_files"
KEPT_ERRORS = 2_000


class QueuedFile(msgspec.Struct, kw_only=True, frozen=True):
    """A file to take rows from. Its content stands in `<data>/files/<sha256>`; `plan`: the reader's own notes."""

    id: str
    tenant: str
    source_id: str
    name: str
    sha256: str
    plan: dict[str, Any] | None
    rows: int


class RowError(msgspec.Struct, kw_only=True, frozen=True):
    """A row that was not taken: its number in the file as people count, and why, as a message key with its values."""

    row: int
    reason: str
    text: str = ""
    column: str = ""
    values: dict[str, Any] = {}


class Account(msgspec.Struct, kw_only=True):
    """What became of the rows that were read: read = accepted + repeated + refused + left out, each with reasons.

    `missing` and `bad_cells` count single cells by reason; `errors`: how many there were in all, kept or not.
    `stopped`: why the rest of the file was not read.
    """

    read: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: dict[str, int] = {}
    left_out: dict[str, int] = {}
    missing: dict[str, int] = {}
    bad_cells: dict[str, int] = {}
    readings: int = 0
    conflicts: int = 0
    errors: int = 0
    stopped: Sentence | None = None


class Progress(msgspec.Struct, kw_only=True):
    """Rows looked at, taken and refused so far; `rows`: of the whole file, when known."""

    done: int = 0
    good: int = 0
    bad: int = 0
    rows: int = 0


async def take_file(connection: AsyncConnection[Any]) -> QueuedFile | None:
    """The oldest waiting file, now marked as running; None when there is none. Commit after it."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(QUERIES["take"].encode())
        row = await cursor.fetchone()
    return QueuedFile(**row) if row else None


async def report(connection: AsyncConnection[Any], file_id: str, progress: Progress) -> bool:
    """Say how far it is; False when somebody cancelled it: stop then. Commit after it."""
    values = [progress.done, progress.good, progress.bad, progress.rows, file_id]
    async with connection.cursor() as cursor:
        await cursor.execute(QUERIES["report"].encode(), values)
        return await cursor.fetchone() is not None


async def finish(
    connection: AsyncConnection[Any],
    file_id: str,
    progress: Progress,
    *,
    errors: Sequence[RowError],
    at: datetime,
    state: str = "done",
    account: Account | None = None,
) -> None:
    """Close a file: `done`, or `failed` when it could not be read to its end. Commit after it."""
    kept = _json(list(errors[:KEPT_ERRORS]))
    rows = max(progress.rows, progress.done)
    told = _json(account) if account is not None else None
    values = [state, progress.done, progress.good, progress.bad, rows, kept, told, at, file_id]
    async with connection.cursor() as cursor:
        await cursor.execute(QUERIES["finish"].encode(), values)


def _json(value: Any) -> str:
    """JSON that the store takes: a cell of a file may hold anything."""
    return msgspec.json.encode(cleaned(msgspec.to_builtins(value))).decode()
