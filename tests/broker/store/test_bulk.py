# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import psycopg
import pytest
from tests.broker.store.cast import NOISE, PM25, TYPE, at, reading, rows, run

from dothi.broker.door import Broker
from dothi.broker.model import BulkSeries
from dothi.foundation import outbox

MINUTE = 60_000_000
BEGIN = 1_767_225_600_000_000


def series(id_: str, n: int, attr: str = PM25) -> BulkSeries:
    times = BEGIN + np.arange(n, dtype=np.int64) * MINUTE
    values = np.round(20 + 5 * np.sin(np.arange(n) / 60), 1)
    return BulkSeries(id=id_, types=[TYPE], attr=attr, unit="GQ", at=times, values=values)


def test_bulk_history_reads_like_any_other_when_loaded(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> tuple[list[bool], Any]:
        listed = [series("urn:a", 5000), series("urn:b", 10, NOISE)]
        done = [await broker.store.bulk_history("", listed, key="k") for _ in range(2)]
        return done, await broker.store.history("", "urn:a", attrs=[PM25], limit=10_000)

    done, found = run(writer_url, act)

    assert done == [True, False]
    assert sorted(i["value"] for i in found[PM25]) == sorted(series("urn:a", 5000).values.tolist())
    assert rows(database, "SELECT count(*) FROM broker.change") == [(0,)]


def test_bulk_history_takes_at_most_12_bytes_a_row_when_packed(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> None:
        noise = np.random.default_rng(7)
        times = BEGIN + np.arange(20_000, dtype=np.int64) * MINUTE + noise.integers(0, 900_000, 20_000)
        values = np.round(25 + np.cumsum(noise.normal(0, 0.3, 20_000)), 1)
        listed = [BulkSeries(id="urn:a", types=[TYPE], attr=PM25, unit="GQ", at=times, values=values)]
        await broker.store.bulk_history("", listed, key="k")

    run(writer_url, act)

    ((size,),) = rows(
        database, "SELECT sum(pg_column_size(p.*))::float8 / sum(n) FROM broker.history_packed p"
    )
    assert size <= 12


@pytest.mark.parametrize("by", [{"ids": ["urn:a:1"]}, {"prefix": "urn:a:"}])
def test_erase_leaves_no_trace_when_asked(database: str, writer_url: str, by: dict[str, Any]) -> None:
    with psycopg.connect(database) as connection:
        for id_ in ("urn:a:1", "urn:keep"):
            outbox.put(connection.cursor(), tenant="", topic="entity.delete", payload={"id": id_})

    async def act(broker: Broker) -> int:
        await broker.write([reading("urn:a:1", 1, at(0)), reading("urn:keep", 1, at(0))])
        await broker.store.bulk_history("", [series("urn:a:1", 50)], key="k")
        return int(await broker.store.erase("", **by))

    assert run(writer_url, act) == 1
    for table, column in [
        ("entity", "id"),
        ("entity_type", "id"),
        ("series", "entity"),
        ("change", "entity"),
    ]:
        assert rows(database, f"SELECT DISTINCT {column} FROM broker.{table}") == [("urn:keep",)]
    assert rows(database, "SELECT payload->>'id' FROM outbox.event") == [("urn:keep",)]
    left = "SELECT (SELECT count(*) FROM broker.history), (SELECT count(*) FROM broker.history_packed)"
    assert rows(database, left) == [(1, 0)]
    assert rows(database, "SELECT count(*) FROM broker.bulk_load") == [(0,)]


def test_erased_entity_has_a_history_again_when_another_process_writes_it(
    database: str, writer_url: str
) -> None:
    async def act(broker: Broker) -> None:
        other = await Broker.open(writer_url)
        try:
            await broker.write([reading("urn:a", 1, at(0))])
            await other.store.erase("", ["urn:a"])
            await broker.write([reading("urn:a", 2, at(1))])
        finally:
            await other.close()

    run(writer_url, act)

    joined = "SELECT h.num FROM broker.history h JOIN broker.series s ON s.id = h.series"
    assert rows(database, joined) == [(2.0,)]


def test_erase_harms_nobody_when_others_write(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> None:
        async def write(n: int) -> None:
            await broker.write([reading(f"urn:{n % 4}", n, at(0, n))])

        async def erase() -> None:
            for _ in range(5):
                await broker.store.erase("", ["urn:0"])

        await asyncio.gather(erase(), *(write(n) for n in range(40)))

    run(writer_url, act)

    orphans = "SELECT count(*) FROM broker.history h LEFT JOIN broker.series s ON s.id = h.series WHERE s.id IS NULL"
    assert rows(database, orphans) == [(0,)]
    assert rows(database, "SELECT count(*) FROM broker.change WHERE entity <> 'urn:0'") == [(30,)]
