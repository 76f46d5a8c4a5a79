# SPDX-License-Identifier: Apache-2.0
"""A past view is as it was: gone things are there, moved things stand where they stood, later knowledge is absent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from tests.broker.store.cast import NAME, NS, PM25, TYPE, at, number, reading, run

from dothi.broker.door import Broker
from dothi.broker.model import BulkSeries, Entity, Write
from dothi.broker.store.packing import pack_old
from dothi.foundation import clock


def observed(id_: str, value: Any, minute: int, **more: Any) -> Write:
    return reading(id_, value, at(minute), **more)


async def pack(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await pack_old(connection, "2027-01-01T00:00:00Z", least=1)


def value(entity: Entity, attr: str = PM25) -> Any:
    return entity.attrs[attr][""]["value"]


@pytest.mark.parametrize("packed", [False, True])
def test_state_is_that_of_then_when_things_moved_and_went(writer_url: str, *, packed: bool) -> None:
    async def act(broker: Broker) -> list[Any]:
        head = Write(verb="observe", id="urn:a", types=[TYPE], scopes=["/1"], attrs={NAME: {"": number("A")}})
        await broker.write([head, observed("urn:a", 1, 0), observed("urn:b", 5, 0)])
        then = clock.now()
        moved = Write(
            verb="append",
            id="urn:a",
            types=[f"{NS}Other"],
            scopes=["/2"],
            attrs={PM25: {"": number(2, at(1))}},
        )
        await broker.write([moved, observed("urn:a", 8, 0), observed("urn:c", 9, 0)])
        await broker.write(
            [Write(verb="delete", id="urn:b"), Write(verb="delete_attribute", id="urn:a", attribute=NAME)]
        )
        if packed:
            await pack(writer_url)
        found = await broker.store.state_at("", then)
        later = {e.id: e for e in await broker.store.state_at("", clock.now())}
        before = await broker.store.state_at("", then - timedelta(days=1))
        return [found, later, before]

    found, later, before = run(writer_url, act)

    assert [(e.id, e.types, e.scopes, value(e)) for e in sorted(found, key=lambda e: e.id)] == [
        ("urn:a", [TYPE], ["/1"], 1),
        ("urn:b", [TYPE], [], 5),
    ]
    assert value(next(e for e in found if e.id == "urn:a"), NAME) == "A"
    assert sorted(later) == ["urn:a", "urn:c"]
    assert (set(later["urn:a"].types), later["urn:a"].scopes, set(later["urn:a"].attrs)) == (
        {TYPE, f"{NS}Other"},
        ["/2"],
        {PM25},
    )
    assert before == []


def test_loaded_past_has_the_name_of_today_when_the_thing_is_younger(writer_url: str) -> None:
    async def act(broker: Broker) -> list[Entity]:
        times = 1_700_000_000_000_000 + np.arange(5000, dtype=np.int64) * 60_000_000
        await broker.store.bulk_history(
            "", [BulkSeries(id="urn:a", types=[TYPE], attr=PM25, at=times, values=np.arange(5000.0))], key="k"
        )
        await broker.write([Write(verb="create", id="urn:a", types=[TYPE], attrs={NAME: {"": number("A")}})])
        found: list[Entity] = await broker.store.state_at(
            "", datetime.fromtimestamp(1_700_000_000 + 600, UTC)
        )
        return found

    [then] = run(writer_url, act)

    assert (value(then), value(then, NAME)) == (10, "A")


def test_state_skips_what_was_loaded_later_when_it_lies_in_packed_chunks(writer_url: str) -> None:
    async def act(broker: Broker) -> Any:
        await broker.write([observed("urn:a", n, n) for n in range(10)])
        await pack(writer_url)
        then = clock.now()
        await broker.write([observed("urn:a", 100 + n, 100 + n) for n in range(10)])
        await pack(writer_url)
        return await broker.store.state_at("", then)

    [then] = run(writer_url, act)

    assert value(then) == 9


def test_table_goes_on_when_deletions_stand_between_its_rows(writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        for n in range(30):
            await broker.write(
                [Write(verb="upsert_update", id="urn:a", types=[TYPE], attrs={NAME: {"": number(n)}})]
            )
            await broker.write([Write(verb="delete_attribute", id="urn:a", attribute=NAME)])
        seen, before = [], None
        start, end = clock.now() - timedelta(hours=1), clock.now()
        while page := await broker.store.readings("", "urn:a", start, end, before, 7):
            seen += [r.value for r in page]
            before = page[-1].id
            if len(page) < 7:
                break
        return seen

    assert run(writer_url, act) == list(range(29, -1, -1))


def test_chart_of_many_years_has_every_number_when_it_is_long(writer_url: str) -> None:
    async def act(broker: Broker) -> Any:
        times = 1_500_000_000_000_000 + np.arange(30_000, dtype=np.int64) * 3_600_000_000
        series = BulkSeries(
            id="urn:a", types=[TYPE], attr=PM25, unit="GQ", at=times, values=np.arange(30_000) % 10.0
        )
        await broker.store.bulk_history("", [series], key="k")
        start = datetime.fromtimestamp(1_500_000_000, UTC)
        return await broker.store.points("", "urn:a", "pm25", start, start + timedelta(hours=30_000), 300)

    unit, raw, points = run(writer_url, act)

    assert (unit, raw, len(points), {p.n for p in points}) == ("GQ", False, 300, {100})
    assert {(round(p.mean, 9), p.low, p.high) for p in points} == {(4.5, 0, 9)}


def test_rows_are_neither_missed_nor_doubled_when_they_are_packed_meanwhile(writer_url: str) -> None:
    async def act(broker: Broker) -> set[int]:
        await broker.write([observed("urn:a", n, n) for n in range(200)])
        done = asyncio.Event()

        async def turn() -> None:
            for n in range(10):
                await pack(writer_url)
                await broker.write([observed("urn:a", n, n)])
            done.set()

        async def look() -> set[int]:
            sizes = set()
            while not done.is_set():
                found = await broker.store.history("", "urn:a", attrs=[PM25], limit=1000)
                sizes.add(len(found[PM25]))
            return sizes

        _, sizes = await asyncio.gather(turn(), look())
        return sizes

    assert run(writer_url, act) == {200}
