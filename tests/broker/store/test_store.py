# SPDX-License-Identifier: Apache-2.0
"""The store on a real PostgreSQL: what was acknowledged is there once, whoever wrote it, open or packed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from dothi.broker.door import Broker
from dothi.broker.model import Result, Write
from dothi.broker.store.packing import pack_old
from dothi.foundation import clock
from dothi.foundation.errors import StorageFull

D = "https://uri.etsi.org/ngsi-ld/default-context/"
START = datetime(2026, 3, 1, tzinfo=UTC)
TEMPERATURE = D + "temperature"


def reading(number: int, value: Any = None, **more: Any) -> Write:
    at = clock.iso(START + timedelta(minutes=number))
    instance = {
        "type": "Property",
        "value": number if value is None else value,
        "unitCode": "CEL",
        "observedAt": at,
        **more,
    }
    return Write(
        verb="observe", id="urn:ngsi-ld:Probe:1", types=[D + "Probe"], attrs={TEMPERATURE: {"": instance}}
    )


def run(url: str, work: Callable[[Broker], Awaitable[None]]) -> None:
    async def whole() -> None:
        broker = await Broker.open(url)
        try:
            await work(broker)
        finally:
            await broker.close()

    asyncio.run(whole())


async def values(broker: Broker) -> list[Any]:
    found = await broker.store.history("", "urn:ngsi-ld:Probe:1", attrs=[TEMPERATURE])
    return [i["value"] for i in reversed(found.get(TEMPERATURE, []))]


async def pack_everything(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        return await pack_old(connection, "2027-01-01T00:00:00Z", least=1)


@pytest.mark.parametrize("packed", [False, True])
def test_same_reading_changes_nothing_when_it_comes_again(writer_url: str, *, packed: bool) -> None:
    async def work(broker: Broker) -> None:
        await broker.write([reading(n) for n in range(50)])
        if packed:
            assert await pack_everything(writer_url) == 50

        results = await broker.write([reading(n) for n in range(50)])

        assert sum(r.repeats for r in results) == 50
        assert await values(broker) == list(range(50))

    run(writer_url, work)


@pytest.mark.parametrize("packed", [False, True])
def test_other_value_supersedes_when_time_is_the_same(writer_url: str, *, packed: bool) -> None:
    async def work(broker: Broker) -> None:
        await broker.write([reading(n) for n in range(20)])
        if packed:
            await pack_everything(writer_url)

        [result] = await broker.write([reading(7, 99.5)])

        assert result.conflicts == 1
        assert await values(broker) == [*range(7), 99.5, *range(8, 20)]
        kept = await broker.store.readings(
            "", "urn:ngsi-ld:Probe:1", START, START + timedelta(days=1), None, 100
        )
        assert [
            (r.value, r.superseded is None) for r in kept if r.observed == START + timedelta(minutes=7)
        ] == [(99.5, True), (7, False)]
        assert "conflict" in [c.kind for c in await broker.store.changes(0, 100)]

    run(writer_url, work)


def test_late_reading_stays_out_of_the_state_when_a_newer_one_is_known(writer_url: str) -> None:
    async def work(broker: Broker) -> None:
        await broker.write([reading(10)])

        [result] = await broker.write([reading(3)])

        entity = await broker.entity("", "urn:ngsi-ld:Probe:1")
        assert entity is not None
        assert (result.late, entity.attrs[TEMPERATURE][""]["value"]) == (1, 10)
        assert await values(broker) == [3, 10]

    run(writer_url, work)


def test_every_write_is_kept_once_when_two_processes_write_the_same_entity(writer_url: str) -> None:
    async def work(broker: Broker) -> None:
        other = await Broker.open(writer_url)
        each = [
            [b.write([reading(n)]) for n in range(first, 300, 2)] for first, b in ((0, broker), (1, other))
        ]

        results = await asyncio.gather(
            *each[0], *each[1], *[other.write([reading(n)]) for n in range(0, 300, 3)]
        )

        await other.close()
        assert len(results) == 400
        assert await values(broker) == list(range(300))

    run(writer_url, work)


def test_log_is_read_in_order_without_a_gap_when_writers_race(writer_url: str) -> None:
    async def work(broker: Broker) -> None:
        other = await Broker.open(writer_url)
        seen: list[int] = []
        stop = asyncio.Event()

        async def follow() -> None:
            while not stop.is_set() or (await broker.store.changes(seen[-1] if seen else 0, 1)):
                seen.extend([c.seq for c in await broker.store.changes(seen[-1] if seen else 0, 50)])

        reader = asyncio.create_task(follow())

        def write(broker_: Broker, n: int) -> Awaitable[list[Result]]:
            attrs = {D + "x": {"": {"type": "Property", "value": n}}}
            return broker_.write(
                [Write(verb="upsert_update", id=f"urn:ngsi-ld:P:{n % 37}", types=[D + "P"], attrs=attrs)]
            )

        await asyncio.gather(*(write(b, n) for n in range(400) for b in (broker, other)))
        stop.set()
        await reader
        await other.close()

        whole = [c.seq for c in await broker.store.changes(0, 10_000)]
        assert len(whole) == 800
        assert seen == whole

    run(writer_url, work)


def test_poisonous_write_is_refused_alone_when_others_share_its_group(writer_url: str) -> None:
    async def work(broker: Broker) -> None:
        poison = reading(1, "a\x00b")

        results = await asyncio.gather(
            *(broker.write([w]) for w in [reading(0), poison, reading(2)]), return_exceptions=True
        )

        assert [type(r).__name__ for r in results] == ["list", "WriteRefused", "list"]
        assert await values(broker) == [0, 2]

    run(writer_url, work)


def test_answer_is_the_first_one_when_the_key_comes_again(writer_url: str) -> None:
    async def work(broker: Broker) -> None:
        attrs = {D + "x": {"": {"type": "Property", "value": 1}}}
        write = Write(verb="upsert_update", id="urn:ngsi-ld:K:1", types=[D + "K"], attrs=attrs, key="k1")

        first = await broker.write([write])
        second = await broker.write([write])

        assert first == second
        assert len((await broker.store.history("", "urn:ngsi-ld:K:1"))[D + "x"]) == 1

    run(writer_url, work)


def test_acknowledged_writes_stand_when_connections_are_cut(writer_url: str, database: str) -> None:
    async def work(broker: Broker) -> None:
        done: list[int] = []

        async def write(n: int) -> None:
            await broker.write([reading(n)])
            done.append(n)

        async def cut() -> AsyncIterator[None]:
            async with await psycopg.AsyncConnection.connect(database, autocommit=True) as owner:
                for _ in range(5):
                    await asyncio.sleep(0.05)
                    await owner.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dothi_writer'"
                    )
                    yield

        async def scissors() -> None:
            async for _ in cut():
                pass

        cutting = asyncio.create_task(scissors())
        for start in range(0, 2000, 100):
            await asyncio.gather(*(write(n) for n in range(start, start + 100)))
        await cutting

        rows = await broker.store.readings(
            "", "urn:ngsi-ld:Probe:1", START, START + timedelta(days=9), None, 5000
        )
        assert sorted(r.value for r in rows) == sorted(done) == list(range(2000))

    run(writer_url, work)


def test_writes_are_refused_when_the_disk_is_nearly_full(writer_url: str, tmp_path: Any) -> None:
    async def work() -> None:
        broker = await Broker.open(writer_url, data_path=tmp_path, free_low_mb=10**9)
        try:
            await asyncio.sleep(0.1)
            with pytest.raises(StorageFull) as caught:
                await broker.write([reading(1)])
            assert caught.value.retry_after == 30
            assert await broker.entity("", "urn:ngsi-ld:Probe:1") is None
        finally:
            await broker.close()

    asyncio.run(work())


def test_state_is_as_it_was_when_an_instant_of_the_past_is_asked(writer_url: str) -> None:
    async def work(broker: Broker) -> None:
        await broker.write([reading(1, 20)])
        between = clock.now()
        await broker.write([reading(2, 30)])

        [then] = await broker.store.state_at("", between)
        [now] = await broker.store.state_at("", clock.now())

        assert (then.attrs[TEMPERATURE][""]["value"], now.attrs[TEMPERATURE][""]["value"]) == (20, 30)

    run(writer_url, work)


def test_points_are_means_of_buckets_when_there_are_more_than_asked(writer_url: str) -> None:
    async def work(broker: Broker) -> None:
        await broker.write([reading(n) for n in range(100)])
        await pack_everything(writer_url)
        await broker.write([reading(n) for n in range(100, 200)])

        unit, raw, points = await broker.store.points(
            "", "urn:ngsi-ld:Probe:1", "temperature", START, START + timedelta(minutes=200), 20
        )

        assert (unit, raw, len(points)) == ("CEL", False, 20)
        assert [(p.mean, p.low, p.high, p.n) for p in points[:2]] == [(4.5, 0, 9, 10), (14.5, 10, 19, 10)]

    run(writer_url, work)


def test_reader_sees_nothing_when_no_tenant_is_set(writer_url: str, reader_url: str) -> None:
    async def work(broker: Broker) -> None:
        await broker.write([reading(1)])

    run(writer_url, work)

    with psycopg.connect(reader_url) as connection:
        without = connection.execute("SELECT count(*) FROM broker.entity").fetchone()
        connection.execute("SET LOCAL dothi.tenant = ''")
        mine = connection.execute("SELECT count(*) FROM broker.entity").fetchone()
        connection.execute("SET LOCAL dothi.tenant = 'other'")
        others = connection.execute("SELECT count(*) FROM broker.entity").fetchone()

    assert (without, mine, others) == ((0,), (1,), (0,))
