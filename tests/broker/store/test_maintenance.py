# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from tests.broker.store.cast import NAME, TYPE, number, reading, rows, run

from dothi.broker.door import Broker
from dothi.broker.model import Write
from dothi.broker.store import maintenance
from dothi.foundation import clock, outbox

OLD = datetime.now(UTC) - timedelta(days=3)


def test_run_packs_what_is_old_when_called(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> tuple[int, int]:
        for n in range(30):
            await broker.write([reading("urn:a", n, clock.iso(OLD + timedelta(minutes=n)))])
        await broker.write([reading("urn:a", 99, clock.iso(clock.now()))])
        report = await maintenance.run(broker.pool, clock.now())
        return report.rows_packed, (await maintenance.run(broker.pool, clock.now())).rows_packed

    assert run(writer_url, act) == (30, 0)
    assert rows(database, "SELECT num FROM broker.history") == [(99.0,)]
    assert rows(database, "SELECT n FROM broker.history_packed") == [(30,)]


def test_run_makes_partitions_ahead_and_drops_passed_ones_when_the_log_grows(
    database: str, writer_url: str
) -> None:
    async def act(broker: Broker) -> Any:
        await maintenance.run(broker.pool, clock.now())
        await broker.write([reading("urn:a", 1, clock.iso(OLD))])
        await broker.store.log.keep_cursor("screens", 1_999_999)
        rows(database, "SELECT setval('broker.change_seq', 2000005)")
        report = await maintenance.run(broker.pool, clock.now())
        await broker.write([reading("urn:a", 2, clock.iso(clock.now()))])
        return report

    report = run(writer_url, act)

    assert report.partitions_dropped == 2
    assert rows(database, "SELECT tableoid::regclass::text, seq FROM broker.change") == [
        ("broker.change_2", 2_000_006)
    ]


def test_run_keeps_changes_when_a_reader_needs_them(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> Any:
        await maintenance.run(broker.pool, clock.now())
        await broker.write([reading("urn:a", 1, clock.iso(OLD))])
        await broker.store.log.keep_cursor("slow", 0)
        rows(database, "SELECT setval('broker.change_seq', 2000005)")
        kept = await maintenance.run(broker.pool, clock.now())
        return kept, await maintenance.run(broker.pool, clock.now() + timedelta(days=8))

    kept, later = run(writer_url, act)

    # The empty partition 1 goes at once, the one that a reader still needs after 7 days.
    assert (kept.partitions_dropped, later.partitions_dropped) == (1, 1)


def test_keys_expire_when_a_day_has_passed(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> tuple[int, int]:
        write = Write(verb="create", id="urn:a", types=[TYPE], attrs={NAME: {"": number("A")}}, key="k")
        await broker.write([write])
        now = await maintenance.run(broker.pool, clock.now(), pack=False)
        later = await maintenance.run(broker.pool, clock.now() + timedelta(hours=25), pack=False)
        return now.keys_expired, later.keys_expired

    assert run(writer_url, act) == (0, 1)


def test_outbox_is_taken_in_once_when_drained(database: str, writer_url: str) -> None:
    made = Write(verb="observe", id="urn:a", types=[TYPE], attrs={NAME: {"": number("A")}})
    with psycopg.connect(database) as connection:
        cursor = connection.cursor()
        outbox.put(cursor, tenant="", topic="entity.observe", payload=made)
        outbox.put(cursor, tenant="", topic="entity.observe", payload={"verb": "no such verb"})
        outbox.put(cursor, tenant="", topic="entity.forget", payload={})
        outbox.put(cursor, tenant="", topic="entity.delete", payload={"id": "urn:unknown"})

    async def act(broker: Broker) -> list[int]:
        return [await maintenance.drain_outbox(broker.pool, broker) for _ in range(2)]

    assert run(writer_url, act) == [4, 0]
    assert rows(database, "SELECT id FROM broker.entity") == [("urn:a",)]
    assert rows(database, "SELECT count(*) FROM broker.dead_letter") == [(2,)]


def test_entities_go_when_their_time_has_come(database: str, writer_url: str) -> None:
    soon = clock.iso(clock.now() + timedelta(seconds=30))

    async def act(broker: Broker) -> tuple[int, int]:
        await broker.write([Write(verb="create", id="urn:a", types=[TYPE], expires_at=soon)])
        now = await maintenance.expire_entities(broker.pool, broker, clock.now())
        return now, await maintenance.expire_entities(broker.pool, broker, clock.now() + timedelta(minutes=1))

    assert run(writer_url, act) == (0, 1)
    assert rows(database, "SELECT payload->>'kind' FROM broker.change ORDER BY seq") == [
        ("created",),
        ("deleted",),
    ]


def test_entity_stays_when_it_was_given_more_time_during_the_sweep(database: str, writer_url: str) -> None:
    soon, later = (clock.iso(clock.now() + timedelta(minutes=m)) for m in (1, 60))

    async def act(broker: Broker) -> int:
        await broker.write([Write(verb="create", id="urn:a", types=[TYPE], expires_at=soon)])

        class Slow:
            async def write(self, writes: Any) -> Any:
                await broker.write([Write(verb="merge", id="urn:a", expires_at=later)])
                return await broker.write(writes)

        return await maintenance.expire_entities(broker.pool, Slow(), clock.now() + timedelta(minutes=2))

    assert run(writer_url, act) == 0
    assert rows(database, "SELECT expires_at FROM broker.entity") == [(later,)]


def test_outbox_puts_aside_what_cannot_be_when_drained(database: str, writer_url: str) -> None:
    with psycopg.connect(database) as connection:
        cursor = connection.cursor()
        for id_, types in (("urn:a", [TYPE]), ("urn:b", [])):
            made = Write(verb="observe", id=id_, types=types, attrs={NAME: {"": number("A")}})
            outbox.put(cursor, tenant="", topic="entity.observe", payload=made)

    assert run(writer_url, lambda broker: maintenance.drain_outbox(broker.pool, broker)) == 2
    assert rows(database, "SELECT id FROM broker.entity") == [("urn:a",)]
    assert rows(database, "SELECT reason FROM broker.dead_letter") == [("broker.ngsi.bad_type",)]
