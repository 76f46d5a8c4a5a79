# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from tests.broker.store.cast import PM25, at, reading, rows, run

from dothi.broker.door import Broker
from dothi.broker.model import Write
from dothi.broker.store import packing
from dothi.foundation import clock

WIPE = Write(verb="delete_temporal", id="urn:a")


@pytest.mark.parametrize("alive", [True, False])
def test_whole_past_is_gone_from_reads_when_deleted(database: str, writer_url: str, *, alive: bool) -> None:
    async def act(broker: Broker) -> Any:
        for n in range(20):
            await broker.write([reading("urn:a", n, at(n)), reading("urn:b", n, at(n))])
        async with broker.pool.connection() as connection:
            await packing.pack_old(connection, clock.iso(clock.now()))
        await broker.write([reading("urn:a", 50, at(50))])
        if not alive:
            await broker.write([Write(verb="delete", id="urn:a")])
        told = [(await broker.write([WIPE]))[0].status for _ in range(2)]
        past = await broker.store.history("", "urn:a"), await broker.store.history("", "urn:b")
        span = clock.parse(at(0)), clock.parse(at(59))
        _, _, numbers = await broker.store.points("", "urn:a", PM25, *span, 100)
        return told, past, len(numbers), await broker.entity("", "urn:a")

    told, (mine, other), numbers, entity = run(writer_url, act)

    assert told == ["deleted", "missing"]
    assert (mine, numbers, entity) == ({}, 0, None)
    assert len(other[PM25]) == 20
    assert rows(database, "SELECT entity FROM broker.change WHERE payload->>'kind' = 'deleted'") == [
        ("urn:a",)
    ]


def test_readings_are_kept_anew_when_their_past_was_deleted(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> Any:
        await broker.write([reading("urn:a", 1, at(0))])
        results = await broker.write(
            [reading("urn:a", 2, at(1)), WIPE, reading("urn:a", 1, at(0)), reading("urn:a", 2, at(1))]
        )
        return [r.status for r in results], await broker.store.history("", "urn:a")

    told, past = run(writer_url, act)

    assert told == ["updated", "deleted", "created", "updated"]
    assert [i["value"] for i in past[PM25]] == [2, 1]
    assert rows(database, "SELECT count(*) FROM broker.history WHERE superseded_at IS NULL") == [(2,)]
