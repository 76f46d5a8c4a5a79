# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import itertools
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.broker.store.cast import NAME, NOISE, PM25, TYPE, at, number, reading, rows, run

from dothi.broker.door import Broker
from dothi.broker.errors import WriteRefused
from dothi.broker.model import Result, Write
from dothi.broker.store.writer import SQL, GroupWriter
from dothi.foundation.errors import StorageFull

HISTORY = """SELECT s.entity, s.attr, h.num, h.superseded_at IS NOT NULL FROM broker.history h
JOIN broker.series s ON s.id = h.series ORDER BY h.at, h.recorded_at, h.num"""


def test_write_is_in_state_history_and_log_when_answered(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> tuple[list[Result], Any]:
        return await broker.write([reading("urn:a", 12.5, at(0))]), await broker.entity("", "urn:a")

    results, entity = run(writer_url, act)

    assert [r.status for r in results] == ["created"]
    assert entity.attrs[PM25][""]["value"] == 12.5
    assert rows(database, HISTORY) == [("urn:a", PM25, 12.5, False)]
    assert rows(database, "SELECT entity, payload->>'kind' FROM broker.change") == [("urn:a", "created")]


def test_write_does_nothing_when_repeated(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> list[Result]:
        await broker.write([reading("urn:a", 1, at(0))])
        await broker.write([reading("urn:a", 2, at(1))])
        return [
            *await broker.write([reading("urn:a", 2, at(1))]),
            *await broker.write([reading("urn:a", 1, at(0))]),
        ]

    results = run(writer_url, act)

    assert [r.repeats for r in results] == [1, 1]
    assert [r[2] for r in rows(database, HISTORY)] == [1, 2]
    assert rows(database, "SELECT count(*) FROM broker.change WHERE payload->>'kind' <> 'late'") == [(2,)]


@pytest.mark.parametrize("minute", [0, 1])
def test_write_makes_a_version_when_value_differs(database: str, writer_url: str, minute: int) -> None:
    async def act(broker: Broker) -> list[Result]:
        await broker.write([reading("urn:a", 1, at(0))])
        await broker.write([reading("urn:a", 2, at(1))])
        return await broker.write([reading("urn:a", 9, at(minute))])

    results = run(writer_url, act)

    assert results[0].conflicts == 1
    found = {(r[2], r[3]) for r in rows(database, HISTORY)}
    assert found == {(float(minute + 1), True), (9.0, False), (float(2 - minute), False)}
    assert rows(database, "SELECT count(*) FROM broker.change WHERE payload->>'kind' = 'conflict'") == [(1,)]


def test_late_reading_goes_to_history_only_when_observed(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> tuple[list[Result], Any]:
        await broker.write([reading("urn:a", 5, at(5))])
        late = await broker.write([reading("urn:a", 3, at(3))])
        return late, await broker.entity("", "urn:a")

    late, entity = run(writer_url, act)

    assert late[0].late == 1
    assert entity.attrs[PM25][""]["value"] == 5
    assert [r[2] for r in rows(database, HISTORY)] == [3, 5]


def test_write_is_answered_as_first_when_key_is_the_same(database: str, writer_url: str) -> None:
    write = Write(verb="append", id="urn:a", attrs={NAME: {"": number("B")}}, key="k1")

    async def act(broker: Broker) -> list[Result]:
        await broker.write([Write(verb="create", id="urn:a", types=[TYPE], attrs={NAME: {"": number("A")}})])
        first = await broker.write([write])
        return first + await broker.write([write]) + await broker.write([write, write])

    results = run(writer_url, act)

    assert len({r.status for r in results}) == 1
    assert rows(database, "SELECT count(*) FROM broker.history") == [(2,)]


def test_writes_of_one_entity_keep_their_order_when_in_one_group(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> Any:
        await asyncio.gather(*(broker.write([reading("urn:a", i, at(0, i))]) for i in range(50)))
        return await broker.entity("", "urn:a")

    entity = run(writer_url, act)

    assert entity.attrs[PM25][""]["value"] == 49
    assert [r[2] for r in rows(database, HISTORY)] == list(range(50))
    assert rows(database, "SELECT count(*) FROM broker.change") == [(50,)]


def test_poison_is_refused_alone_when_grouped(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        asked = [broker.write([reading(f"urn:{i}", "\x00" if i == 3 else i, at(0))]) for i in range(8)]
        return await asyncio.gather(*asked, return_exceptions=True)

    results = run(writer_url, act)

    assert [isinstance(r, WriteRefused) for r in results] == [i == 3 for i in range(8)]
    assert rows(database, "SELECT count(*) FROM broker.entity") == [(7,)]


def test_two_writers_lose_nothing_when_on_the_same_entities(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> None:
        other = await Broker.open(writer_url)
        try:
            await asyncio.gather(
                *(
                    (broker, other)[n % 2].write(
                        [reading(f"urn:{n % 5}", n, at(0, n // 5), attr=(PM25, NOISE)[n % 2])]
                    )
                    for n in range(200)
                )
            )
        finally:
            await other.close()

    run(writer_url, act)

    assert rows(database, "SELECT count(*), count(DISTINCT (series, at)) FROM broker.history") == [(200, 200)]
    assert rows(database, "SELECT count(*), count(DISTINCT seq) FROM broker.change") == [(200, 200)]


def test_readers_see_every_change_in_order_when_writers_are_many(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> list[int]:
        other = await Broker.open(writer_url)
        seen: list[int] = []

        async def follow() -> None:
            while len(seen) < 300:
                found = await broker.store.changes(seen[-1] if seen else 0, 50)
                seen.extend(c.seq for c in found)
                await asyncio.sleep(0)

        async def write(n: int) -> None:
            await asyncio.sleep(n / 2000)
            await (broker, other)[n % 2].write([reading(f"urn:{n}", n, at(0))])

        try:
            async with asyncio.timeout(20):
                await asyncio.gather(follow(), *(write(n) for n in range(300)))
        finally:
            await other.close()
        return seen

    seen = run(writer_url, act)

    assert seen == [r[0] for r in rows(database, "SELECT seq FROM broker.change ORDER BY seq")]


def test_write_survives_when_connections_are_cut(database: str, writer_url: str) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dothi_writer' AND datname = %s"
    name = conninfo_to_dict(database)["dbname"]

    async def act(broker: Broker) -> list[Result]:
        await broker.write([reading("urn:a", 1, at(0))])
        rows(database, cut, name)
        return await broker.write([reading("urn:a", 2, at(1))])

    assert run(writer_url, act)[0].status == "updated"
    assert [r[2] for r in rows(database, HISTORY)] == [1, 2]


def test_write_is_refused_when_disk_is_nearly_full(writer_url: str, tmp_path: Path) -> None:
    async def act(broker: Broker) -> Any:
        await asyncio.sleep(0.1)
        return await asyncio.gather(broker.write([reading("urn:a", 1, at(0))]), return_exceptions=True)

    (refused,) = run(writer_url, act, data_path=tmp_path, free_low_mb=10**9)

    assert isinstance(refused, StorageFull)
    assert refused.retry_after


def test_entity_comes_back_when_deleted_and_made_again(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> list[str]:
        steps = [
            reading("urn:a", 1, at(0)),
            Write(verb="delete", id="urn:a"),
            Write(verb="delete", id="urn:a"),
        ]
        results = [(await broker.write([s]))[0].status for s in steps]
        return [*results, (await broker.write([reading("urn:a", 2, at(1))]))[0].status]

    assert run(writer_url, act) == ["created", "deleted", "missing", "created"]
    assert rows(database, "SELECT payload->>'kind' FROM broker.change ORDER BY seq") == [
        ("created",), ("deleted",), ("created",)
    ]  # fmt: skip


def test_large_group_is_written_when_the_store_was_slow_to_read_it(database: str, writer_url: str) -> None:
    """While the store waits for the change lock, more is sent to it than its socket holds."""
    large = [
        Write(verb="observe", id=f"urn:{n}", types=[TYPE], attrs={NAME: {"": number("x" * 20_000, at(0))}})
        for n in range(200)
    ]

    async def act(broker: Broker) -> list[Result]:
        async with await psycopg.AsyncConnection.connect(database) as other:
            await other.execute("SELECT pg_advisory_xact_lock(7239002)")
            task = asyncio.create_task(broker.write(large))
            await asyncio.sleep(1)
            assert not task.done()
        return await asyncio.wait_for(task, 20)

    assert {r.status for r in run(writer_url, act)} == {"created"}
    assert rows(database, "SELECT count(*) FROM broker.change") == [(200,)]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("lock_entities", "smallint[], text[]"),
        ("series", "smallint[], text[], text[], text[]"),
        ("packed_around", "bigint[], timestamptz[]"),
        ("twins", "bigint[], timestamptz[]"),
        ("marks", "bigint[]"),
        ("supersede", "text, bigint[], timestamptz[]"),
        ("update_attrs", "smallint[], text[], jsonb[], text[]"),
    ],
)
def test_plan_goes_by_index_when_made_on_empty_tables(writer_url: str, name: str, kinds: str) -> None:
    numbers = itertools.count(1)
    query = re.sub("%s", lambda _: f"${next(numbers)}", SQL[name].decode())

    async def act() -> str:
        async with await GroupWriter(writer_url)._connect() as connection:
            await connection.execute("SET plan_cache_mode = force_generic_plan")
            await connection.execute(f"PREPARE q ({kinds}) AS {query}")
            nothing = ", ".join(["NULL"] * len(kinds.split(", ")))
            plan = await (await connection.execute(f"EXPLAIN EXECUTE q({nothing})")).fetchall()
            return "\n".join(line for (line,) in plan)

    plan = asyncio.run(act())

    assert "Index Scan" in plan
    assert "Seq Scan" not in plan
