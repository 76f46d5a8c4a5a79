# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio

import psycopg
import pytest

from dothi.broker.door import Broker
from dothi.broker.model import Write
from dothi.cityhall import upkeep
from dothi.connectors.demo import entities

ID = "urn:ngsi-ld:AirQualityObserved:hue-1"


def _old(hour: int) -> Write:
    reading = entities.prop(20.0 + hour, "CEL", f"2026-01-01T{hour:02}:00:00.000000Z")
    return Write(
        verb="observe",
        id=ID,
        types=[entities.iri("AirQualityObserved")],
        attrs=entities.attributes(temperature=reading),
    )


async def _chunks(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute("SELECT count(*) FROM broker.history_packed")).fetchone()
    assert row is not None
    return int(row[0])


def test_packing_waits_for_the_start_and_for_room_when_old_rows_lie_open(
    writer_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "UPKEEP_EVERY", 0.05)
    monkeypatch.setattr(upkeep, "FIRST_PACKING", 0.05)
    low, asked = True, 0

    def is_low() -> bool:
        nonlocal asked
        asked += 1
        return low

    async def act() -> list[int]:
        nonlocal low
        broker = await Broker.open(writer_url)
        stop = asyncio.Event()
        await broker.write([_old(hour) for hour in range(20)])
        work = asyncio.create_task(upkeep.run(broker, stop, is_low))
        try:
            async with asyncio.timeout(30):
                while asked < 3:  # noqa: ASYNC110 - upkeep tells nobody when a round is over
                    await asyncio.sleep(0.02)
                while_low = await _chunks(writer_url)
                low = False
                while not (with_room := await _chunks(writer_url)):  # noqa: ASYNC110 - same
                    await asyncio.sleep(0.02)
        finally:
            stop.set()
            await work
            await broker.close()
        return [while_low, with_room]

    assert asyncio.run(act()) == [0, 1]
