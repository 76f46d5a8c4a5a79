# SPDX-License-Identifier: Apache-2.0
"""History packed: one series' rows of a stretch of time in columns, a few bytes a row.

Times as deltas, numbers as deltas of scaled integers where that is exact (else as doubles), bytes shuffled by
significance, then deflated. What is packed and what is not reads the same.
"""

from __future__ import annotations

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
_SCALES = (1.0, 10.0, 100.0, 1000.0, 10000.0)
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
        return Columns(
            self.at[keep],
            self.observed[keep],
            self.recorded[keep],
            self.num[keep],
            self.superseded[keep],
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
    """Pack all open rows of a series older than `before`; the number of rows packed. One transaction."""
    async with connection.transaction():
        # A conflict with a row that is being packed would miss it: writers hold the entity, so take it first.
        await connection.execute(SQL["lock_entity"], (series,))
        cursor = await connection.execute(SQL["take_rows"], (series, before))
        rows = await cursor.fetchall()
        if not rows:
            return 0
        columns = columns_of(rows)
        for start in range(0, len(columns), ROWS_A_CHUNK):
            part = columns.part(slice(start, start + ROWS_A_CHUNK))
            values = (series, int(part.at[0]), int(part.at[-1]), len(part), pack(part), None)
            await connection.execute(SQL["add_chunk"], values)
    return len(rows)


async def pack_old(
    connection: psycopg.AsyncConnection[Any], before: str, *, least: int = 12, most: int = 200
) -> int:
    """Pack up to `most` series that have at least `least` open rows older than `before`; rows packed."""
    cursor = await connection.execute(SQL["old_series"], (before, least, most))
    return sum([await pack_series(connection, row[0], before) for row in await cursor.fetchall()])


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
