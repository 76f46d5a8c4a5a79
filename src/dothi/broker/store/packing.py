# SPDX-License-Identifier: Apache-2.0
"""History packed: one series' rows of a stretch of time in columns, a few bytes a row.

Times as deltas, numbers as deltas of scaled integers where that is exact (else as doubles), bytes shuffled by
significance, then deflated. What is packed and what is not reads the same.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray

from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("packing.sql")).items()}
ROWS_A_CHUNK = 2000
ROWS_A_TRANSACTION = 20_000
SMALL = 500
"""Rows that are not worth a chunk of their own."""
_SERIES_AT_ONCE = 500
_SCALES = (1.0, 10.0, 100.0, 1000.0, 10000.0, 1e5, 1e6)
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(slots=True)
class Columns:
    """Rows of one series in order of `at`. Times in microseconds since 1970; `num` NaN where a row has a body only."""

    at: Ints
    observed: NDArray[np.bool_]
    recorded: Ints
    num: Floats
    superseded: Ints
    bodies: list[str | None] | None = None

    def __len__(self) -> int:
        return len(self.at)

    def part(self, keep: Any) -> Columns:
        """The rows that `keep` (slice or mask) selects."""
        bodies = None
        if self.bodies is not None:
            bodies = [self.bodies[i] for i in np.arange(len(self))[keep]]
            if not any(bodies):
                bodies = None
        return Columns(
            self.at[keep],
            self.observed[keep],
            self.recorded[keep],
            self.num[keep],
            self.superseded[keep],
            bodies,
        )


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of several columns one after another."""
    bodies: list[str | None] | None = None
    if any(p.bodies is not None for p in parts):
        bodies = [b for p in parts for b in (p.bodies if p.bodies is not None else [None] * len(p))]
    if not parts:
        return columns_of([])
    return Columns(
        np.concatenate([p.at for p in parts]),
        np.concatenate([p.observed for p in parts]),
        np.concatenate([p.recorded for p in parts]),
        np.concatenate([p.num for p in parts]),
        np.concatenate([p.superseded for p in parts]),
        bodies,
    )


class _Blob(msgspec.Struct, array_like=True):
    n: int
    first: int
    lag: int
    columns: dict[str, bytes]
    scale: int = -1
    bodies: list[str | None] | None = None


def _shuffle(values: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(values.view(np.uint8).reshape(len(values), values.itemsize).T).tobytes()


def _unshuffle(data: bytes, kind: Any, n: int) -> NDArray[Any]:
    size = np.dtype(kind).itemsize
    found: NDArray[Any] = np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(size, n).T).view(kind)
    return found.reshape(n)


def _deltas(values: Ints) -> bytes:
    return _shuffle(np.diff(values, prepend=np.int64(0)))


def pack(columns: Columns) -> bytes:
    """The blob of these rows."""
    n = len(columns)
    first = int(columns.at[0])
    lags = columns.recorded - columns.at
    lag = int(lags[0])
    kept = {"a": _deltas(np.diff(columns.at, prepend=first))}
    if not bool(np.all(lags == lag)):
        kept["r"] = _deltas(lags - lag)
    if not bool(np.all(columns.observed)):
        kept["o"] = columns.observed.astype(np.uint8).tobytes()
    if bool(np.any(columns.superseded)):
        kept["s"] = _deltas(columns.superseded)
    scale = -1
    for index, factor in enumerate(_SCALES):
        with np.errstate(over="ignore"):  # too large to scale: kept as doubles
            scaled = np.rint(columns.num * factor)
        if bool(np.all(np.abs(scaled) < 2**52)) and bool(np.array_equal(scaled / factor, columns.num)):
            scale = index
            kept["v"] = _deltas(scaled.astype(np.int64))
            break
    else:
        kept["v"] = _shuffle(columns.num)
    blob = _Blob(n, first, lag, kept, scale, columns.bodies)
    return zlib.compress(msgspec.msgpack.encode(blob), 6)


def unpack(data: bytes) -> Columns:
    """The rows of a blob."""
    blob = msgspec.msgpack.decode(zlib.decompress(data), type=_Blob)
    n, kept = blob.n, blob.columns

    def ints(name: str) -> Ints:
        return np.cumsum(_unshuffle(kept[name], np.int64, n))

    at = np.cumsum(ints("a")) + blob.first
    recorded = at + blob.lag + (ints("r") if "r" in kept else 0)
    observed = np.frombuffer(kept["o"], np.uint8).astype(np.bool_) if "o" in kept else np.ones(n, np.bool_)
    superseded = ints("s") if "s" in kept else np.zeros(n, np.int64)
    num = ints("v") / _SCALES[blob.scale] if blob.scale >= 0 else _unshuffle(kept["v"], np.float64, n)
    return Columns(at, observed, recorded, num, superseded, blob.bodies)


def columns_of(rows: Sequence[tuple[Any, ...]]) -> Columns:
    """Columns of rows (at, observed, recorded, num, body, superseded), put in order of time."""
    rows = sorted(rows, key=lambda r: (r[0], r[2]))
    bodies = [r[4] for r in rows]
    return Columns(
        np.array([r[0] for r in rows], np.int64),
        np.array([r[1] for r in rows], np.bool_),
        np.array([r[2] for r in rows], np.int64),
        np.array([np.nan if r[3] is None else r[3] for r in rows], np.float64),
        np.array([r[5] for r in rows], np.int64),
        bodies if any(b is not None for b in bodies) else None,
    )


async def pack_series(connection: psycopg.AsyncConnection[Any], series: int, before: str) -> int:
    """Pack the oldest open rows of a series older than `before`; the number of rows packed. One transaction."""
    async with connection.transaction():
        # A conflict with a row that is being packed would miss it: writers hold the entity, so take it first. They wait
        # meanwhile, so not for more than some rows.
        await connection.execute(SQL["lock_entity"], (series,))
        cut = await (await connection.execute(SQL["cut"], (series, before, ROWS_A_TRANSACTION))).fetchone()
        cursor = await connection.execute(SQL["take_rows"], (series, cut[0] if cut else before))
        rows = await cursor.fetchall()
        if rows:
            await _pack_between(connection, series, columns_of(rows))
    return len(rows)


async def _pack_between(connection: psycopg.AsyncConnection[Any], series: int, columns: Columns) -> None:
    """Pack rows into the gaps between the chunks there are, so that chunks never overlap; small ones grow."""
    first, last = int(columns.at[0]), int(columns.at[-1])
    cursor = await connection.execute(SQL["chunks_from"], (series, first, series, first, last, series, last))
    chunks = await cursor.fetchall()
    gaps = np.searchsorted(np.array([c[1] for c in chunks], np.int64), columns.at, side="right")
    for gap in np.unique(gaps).tolist():
        part, key = columns.part(gaps == gap), None
        if gap:
            place, _, end, n, name = chunks[gap - 1]
            is_between = gap < len(chunks) and len(part) < SMALL
            if n + len(part) <= ROWS_A_CHUNK or is_between or part.at[0] < end:
                taken = await connection.execute(SQL["take_chunk"], (place, series))
                part = _in_order(joined([*(unpack(r[0]) for r in await taken.fetchall()), part]))
                key = name
        await _add(connection, series, part, key)


def _in_order(columns: Columns) -> Columns:
    return columns.part(np.lexsort((columns.recorded, columns.at)))


async def _add(
    connection: psycopg.AsyncConnection[Any], series: int, columns: Columns, key: str | None
) -> None:
    """Chunks of equal size, none of more than ROWS_A_CHUNK rows."""
    n = len(columns)
    size = -(-n // -(-n // ROWS_A_CHUNK))
    for start in range(0, n, size):
        part = columns.part(slice(start, start + size))
        recorded = int(part.recorded.min()), int(part.recorded.max())
        stands = bool((part.superseded == 0).any())
        values = (series, int(part.at[0]), int(part.at[-1]), len(part), pack(part), key, *recorded, stands)
        await connection.execute(SQL["add_chunk"], values)


async def pack_old(
    connection: psycopg.AsyncConnection[Any], before: str, *, least: int = 12, seconds: float = 60.0
) -> int:
    """Pack every series that has at least `least` open rows older than `before`, those with most first; rows packed.

    Ends when none is left or after `seconds`: what is left then has its turn in the next run.
    """
    end = time.monotonic() + seconds
    packed = 0
    while time.monotonic() < end:
        found = await (
            await connection.execute(SQL["old_series"], (before, least, _SERIES_AT_ONCE))
        ).fetchall()
        done = 0
        for (series,) in found:
            done += await pack_series(connection, series, before)
            if time.monotonic() > end:
                break
        packed += done
        if not done:
            break
    return packed


async def lay_open(connection: psycopg.AsyncConnection[Any], place: str, series: int, blob: bytes) -> None:
    """Turn one chunk back into open rows, inside the caller's transaction."""
    columns = unpack(blob)
    await connection.execute(SQL["drop_chunk"], (place, series))
    bodies = columns.bodies or [None] * len(columns)
    numbers = [None if np.isnan(v) else float(v) for v in columns.num]
    await connection.execute(
        SQL["restore_rows"],
        (series, columns.at.tolist(), columns.observed.tolist(), columns.recorded.tolist(), numbers, bodies, columns.superseded.tolist()),
    )  # fmt: skip
