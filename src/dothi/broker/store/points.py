# SPDX-License-Identifier: Apache-2.0
"""Numbers of a series for a chart: raw when they are few, else one bucket for each place on the chart.

Read piece by piece: a chart of ten years needs no more memory than one of a day.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

from dothi.broker.store.history import SQL, HistoryReader, chunks
from dothi.broker.store.window import Window, micros

_ROWS_AT_ONCE = 5_000
Part = tuple[NDArray[np.int64], NDArray[np.float64]]


class Point(msgspec.Struct, frozen=True):
    """A number of a series, or a bucket of `n` numbers. `at`: epoch seconds."""

    at: float
    mean: float
    low: float
    high: float
    n: int = 1


class _Chart:
    """Numbers as they come: kept while they are at most `most`, counted into buckets from then on."""

    def __init__(self, start: int, end: int, most: int) -> None:
        self.start = start
        self.width = max(1, -(-(end - start) // most))
        self.most = most
        self.count = 0
        self.parts: list[Part] = []
        self.n = np.zeros(most, np.int64)
        self.mean = np.zeros(most)
        self.low = np.full(most, np.inf)
        self.high = np.full(most, -np.inf)

    def add(self, times: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        self.count += len(times)
        self.parts.append((times, values))
        if self.count > self.most:
            for part in self.parts:
                self._count_in(*part)
            self.parts = []

    def _count_in(self, times: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        places = (times - self.start) // self.width
        added = np.bincount(places, minlength=self.most)
        total = self.n + added
        # Means move by their share, so that no sum can overflow.
        with np.errstate(divide="ignore", invalid="ignore"):
            share = values / total[places]
            moved = self.mean * (self.n / total)
        self.mean = np.where(added > 0, moved, self.mean) + np.bincount(places, share, self.most)
        np.minimum.at(self.low, places, values)
        np.maximum.at(self.high, places, values)
        self.n = total

    def raw(self) -> list[Point]:
        times = np.concatenate([np.zeros(0, np.int64), *(t for t, _ in self.parts)])
        values = np.concatenate([np.zeros(0), *(v for _, v in self.parts)])
        order = np.argsort(times, kind="stable")
        listed = zip((times[order] / 1e6).tolist(), values[order].tolist(), strict=True)
        return [Point(at, value, value, value) for at, value in listed]

    def buckets(self) -> list[Point]:
        filled = np.flatnonzero(self.n)
        middles = (self.start + (filled + 0.5) * self.width) / 1e6
        columns = (middles, self.mean[filled], self.low[filled], self.high[filled], self.n[filled])
        return [Point(*p) for p in zip(*(c.tolist() for c in columns), strict=True)]


async def _numbers(connection: AsyncConnection[Any], ids: list[int], window: Window) -> AsyncIterator[Part]:
    """Times and numbers that stand in the window: the open ones, then chunk by chunk."""
    async with connection.cursor("numbers") as cursor:
        await cursor.execute(SQL["open_numbers"].encode(), {"series": ids, **window.parameters()})
        while rows := await cursor.fetchmany(_ROWS_AT_ONCE):
            yield np.array([r[0] for r in rows], np.int64), np.array([r[1] for r in rows], np.float64)
    async for columns, _ in chunks(connection, ids, window):
        keep = ~np.isnan(columns.num)
        yield columns.at[keep], columns.num[keep]


async def points(
    reader: HistoryReader,
    tenant: str,
    entity: str,
    attr: str,
    start: datetime,
    end: datetime,
    most: int,
    known: datetime | None = None,
) -> tuple[str, bool, list[Point]]:
    """(unit code, raw, points): raw numbers when they are at most `most`, else that many buckets at the most.

    `attr`: its IRI, or the last part of it. `known`: as they were known at that instant.
    """
    series = await reader.named(tenant, entity, attr)
    if not series:
        return "", True, []
    window = Window(
        start=micros(start), end=micros(end), known=None if known is None else micros(known), backwards=False
    )
    chart = _Chart(window.start, window.end, most)
    async with reader.view() as connection:
        async for times, values in _numbers(connection, [s.id for s in series], window):
            chart.add(times, values)
    is_raw = chart.count <= most
    return series[0].unit or "", is_raw, chart.raw() if is_raw else chart.buckets()
