# SPDX-License-Identifier: Apache-2.0
"""The temporal evolution of an entity taken back as a whole (CIM 009 5.6.16): superseded, not erased.

No reader finds it any more; the rows stay as the proof of what was once known. True erasure is another act
(`bulk.erase`).
"""

from __future__ import annotations

import asyncio
from importlib.resources import files
from typing import Any

import psycopg

from dothi.broker.store import packing
from dothi.broker.store.group import micros
from dothi.foundation import clock
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("withdrawal.sql")).items()}


async def supersede(connection: psycopg.AsyncConnection[Any], tenant: int, entity: str, now: str) -> int:
    """Supersede what stands, open and packed, inside the caller's transaction; how many rows."""
    cursor = await connection.execute(SQL["series_of"], (tenant, entity))
    series = [int(r[0]) for r in await cursor.fetchall()]
    if not series:
        return 0
    counted = await (await connection.execute(SQL["supersede_rows"], (now, series))).fetchone()
    gone = int(counted[0]) if counted else 0
    for place, number, blob in await (await connection.execute(SQL["chunks"], (series,))).fetchall():
        taken, packed = await asyncio.to_thread(_taken_back, blob, micros(clock.parse(now)))
        gone += taken
        if taken:
            await connection.execute(SQL["replace_chunk"], (packed, place, number))
    return gone


def _taken_back(blob: bytes, at: int) -> tuple[int, bytes]:
    """(rows that stood until now, the chunk with all of them superseded)."""
    columns = packing.unpack(blob)
    standing = columns.superseded == 0
    columns.superseded = columns.superseded + standing * at
    return int(standing.sum()), packing.pack(columns)
