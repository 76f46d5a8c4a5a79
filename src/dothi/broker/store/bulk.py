# SPDX-License-Identifier: Apache-2.0
"""Much at once: years of history straight into packed chunks, and true erasure of entities."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from psycopg_pool import AsyncConnectionPool

from dothi.broker.model import BulkSeries
from dothi.broker.store import arrays, grades, packing
from dothi.broker.store.packing import Columns
from dothi.broker.store.writer import SQL as WRITER
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("bulk.sql")).items()}
_NOBODY = "\x01"
"""A prefix that no id has."""


def _chunks(number: int, series: BulkSeries) -> list[tuple[int, int, int, int, bytes]]:
    at = np.asarray(series.at, np.int64)
    order = np.argsort(at, kind="stable")
    at, values = at[order], np.asarray(series.values, np.float64)[order]
    n = len(at)
    whole = Columns(at, np.ones(n, np.bool_), at, values, np.zeros(n, np.int64))
    found = []
    for start in range(0, n, packing.ROWS_A_CHUNK):
        part = whole.part(slice(start, start + packing.ROWS_A_CHUNK))
        found.append((number, int(part.at[0]), int(part.at[-1]), len(part), packing.pack(part)))
    return found


async def bulk_history(
    pool: AsyncConnectionPool[Any], tenant: int, listed: Sequence[BulkSeries], *, key: str
) -> bool:
    """Write numbers of the past as packed chunks in one transaction, without changes; False when `key` was there.

    Each counts as recorded when it was observed. They must be older than what is live.
    """
    async with pool.connection() as connection, connection.transaction():
        if await (await connection.execute(SQL["claim"], (tenant, key))).fetchone() is None:
            return False
        arrays.register(connection)
        listed = [s for s in listed if len(s.at)]
        if not listed:
            return True
        places = sorted(
            {(tenant, s.id, s.attr, "", "\n".join(s.types), s.unit) for s in listed}, key=lambda p: p[:4]
        )
        await connection.execute(WRITER["add_series"], arrays.columns("sttttt", places))
        rows = await connection.execute(WRITER["series"], arrays.columns("sttt", [p[:4] for p in places]))
        numbers = {(r[1], r[2]): int(r[4]) for r in await rows.fetchall()}
        chunks = [c for s in listed for c in _chunks(numbers[s.id, s.attr], s)]
        await connection.execute(SQL["add_chunks"], (key, *arrays.columns("llllx", chunks)))
    return True


async def erase(
    pool: AsyncConnectionPool[Any], tenant: int, name: str, ids: Sequence[str] = (), *, prefix: str = ""
) -> int:
    """Remove entities by id or by prefix of the id from state, history, changes and outbox; how many there were."""
    start, listed = prefix or _NOBODY, list(ids)
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(b"SET LOCAL statement_timeout = 0")
        alive = await connection.execute(SQL["erased_ids"], (tenant, listed, start))
        gone = {str(r[0]) for r in await alive.fetchall()}
        dead = await (await connection.execute(SQL["erased_series"], (tenant, listed, start))).fetchall()
        series = [int(r[0]) for r in dead]
        gone |= {str(r[1]) for r in dead}
        loads = [r[0] for r in await (await connection.execute(SQL["keys_of_series"], (series,))).fetchall()]
        await connection.execute(SQL["erase_rows"], (series,))
        await connection.execute(SQL["erase_chunks"], (series,))
        await connection.execute(SQL["forget_loads"], (tenant, loads))
        await connection.execute(SQL["erase_entities"], (tenant, sorted(gone)))
        await connection.execute(SQL["erase_types"], (tenant, sorted(gone)))
        await connection.execute(SQL["erase_heads"], (tenant, sorted(gone)))
        await connection.execute(SQL["erase_changes"], (tenant, listed, start))
        await connection.execute(SQL["erase_outbox"], (name, listed, start))
        await connection.execute(SQL["erase_letters"], (listed, start))
        await grades.erase(connection, tenant, listed, start)
        await connection.execute(SQL["move_on"])
    async with pool.connection() as connection:
        # Again after the commit: a writer that asked in between remembered series that are gone now.
        await connection.execute(SQL["move_on"])
    return len(gone)
