# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.broker.store.cast import PM25, reading, rows, run

from dothi.broker.door import Broker
from dothi.broker.store import packing
from dothi.broker.store.packing import columns_of, pack, pack_old, unpack
from dothi.foundation import clock

START = datetime(2026, 3, 1, tzinfo=UTC)
SPANS = "SELECT first_at, last_at, n FROM broker.history_packed WHERE series = %s ORDER BY first_at"

TIME = st.integers(-(2**52), 2**52)
NUMBER = st.none() | st.floats(allow_nan=False) | st.integers(-(10**6), 10**6).map(lambda n: n / 10)
ROW = st.tuples(TIME, st.booleans(), TIME, NUMBER, st.none() | st.text(max_size=20), st.just(0) | TIME)


@settings(deadline=None, max_examples=200)
@given(st.lists(ROW, min_size=1, max_size=40))
def test_unpack_gives_back_every_row_when_packed(rows: list[tuple[Any, ...]]) -> None:
    columns = columns_of(rows)

    again = unpack(pack(columns))

    assert again.at.tolist() == columns.at.tolist()
    assert again.observed.tolist() == columns.observed.tolist()
    assert again.recorded.tolist() == columns.recorded.tolist()
    assert np.array_equal(again.num, columns.num, equal_nan=True)
    assert again.superseded.tolist() == columns.superseded.tolist()
    assert again.bodies == columns.bodies


def test_pack_takes_at_most_12_bytes_a_row_when_a_sensor_is_usual() -> None:
    noise = np.random.default_rng(1)
    at = 1_767_225_600_000_000 + np.arange(2000) * 60_000_000 + noise.integers(0, 999_999, 2000)
    late = at + noise.integers(20_000, 900_000, 2000)
    values = np.round(30 + np.cumsum(noise.normal(0, 0.2, 2000)), 2)
    rows = [(int(a), True, int(r), float(v), None, 0) for a, r, v in zip(at, late, values, strict=True)]

    assert len(pack(columns_of(rows))) / 2000 <= 12


def fill(url: str, series: int, seconds: int, days: int) -> int:
    """Rows as a sensor makes them: jitter of the clock, lag on the way, noise of two decimals."""
    noise = np.random.default_rng(series)
    n = days * 86_400 // seconds
    at = (np.arange(n) * seconds + noise.uniform(0, 1.5, n)).tolist()
    lag = noise.uniform(0.02, 2.0, n).tolist()
    value = np.round(30 + np.cumsum(noise.normal(0, 0.2, n)), 2).tolist()
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO broker.history (series, at, observed_at, recorded_at, num)"
            " SELECT %s, t, t, t + lag * interval '1 second', num FROM (SELECT %s::timestamptz + at * interval '1 second'"
            " AS t, lag, num FROM unnest(%s::float8[], %s::float8[], %s::float8[]) AS u(at, lag, num)) AS r",
            (series, START, at, lag, value),
        )
    return n


def pack_each_day(url: str, days: int) -> int:
    async def whole() -> int:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            ends = [clock.iso(START + timedelta(days=day + 1)) for day in range(days)]
            return sum([await pack_old(connection, end) for end in ends])

    return asyncio.run(whole())


def test_a_row_takes_at_most_12_bytes_on_disk_when_packed_day_by_day(database: str, writer_url: str) -> None:
    written = fill(database, 1, 60, 10) + fill(database, 2, 300, 30) + fill(database, 3, 3600, 100)

    assert pack_each_day(writer_url, 100) == written

    ((size, n),) = rows(
        database, "SELECT sum(pg_column_size(p.*)) + 40 * count(*), sum(n) FROM broker.history_packed p"
    )
    assert n == written
    assert float(size) / n <= 12
    assert rows(database, "SELECT count(*) FROM broker.history") == [(0,)]


def test_chunks_grow_to_full_ones_when_a_day_has_few_rows(database: str, writer_url: str) -> None:
    fill(database, 3, 3600, 100)

    pack_each_day(writer_url, 100)

    assert [n for _, _, n in rows(database, SPANS, 3)] == [1992, 408]


def test_chunks_never_overlap_when_late_rows_fall_into_gaps(database: str, writer_url: str) -> None:
    fill(database, 1, 600, 40)
    pack_each_day(writer_url, 40)
    late = [(START + timedelta(days=day, seconds=301), float(day)) for day in range(40)]
    with psycopg.connect(database) as connection:
        connection.cursor().executemany(
            "INSERT INTO broker.history (series, at, observed_at, recorded_at, num) VALUES (1, %s, %s, now(), %s)",
            [(at, at, value) for at, value in late],
        )

    pack_each_day(writer_url, 41)

    spans = rows(database, SPANS, 1)
    assert sum(n for _, _, n in spans) == 40 * 144 + 36  # the rest waits for more
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert max(n for _, _, n in spans) <= packing.ROWS_A_CHUNK


def test_no_series_starves_when_there_are_many(
    database: str, writer_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_SERIES_AT_ONCE", 5)
    monkeypatch.setattr(packing, "ROWS_A_TRANSACTION", 50)
    for series in range(1, 18):
        fill(database, series, 1800, 2 + series % 3)

    pack_each_day(writer_url, 5)

    assert rows(database, "SELECT count(*) FROM broker.history") == [(0,)]
    assert rows(database, "SELECT count(DISTINCT series) FROM broker.history_packed") == [(17,)]


def test_packed_rows_read_as_before_when_merged(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        seen = []
        times = [clock.iso(START + timedelta(hours=n)) for n in range(200)]
        await broker.write([reading("urn:a", n, time) for n, time in enumerate(times)])
        await broker.write([reading("urn:a", -1, times[30])])
        for day in range(9):
            async with await psycopg.AsyncConnection.connect(writer_url, autocommit=True) as connection:
                await pack_old(connection, clock.iso(START + timedelta(days=day)), least=1)
            found = await broker.store.history("", "urn:a", attrs=[PM25])
            seen.append([i["value"] for i in reversed(found[PM25])])
        return seen

    expected = [*range(30), -1, *range(31, 200)]
    assert run(writer_url, act) == [expected] * 9
