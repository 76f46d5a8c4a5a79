# SPDX-License-Identifier: Apache-2.0
"""Flags in the database: in the row, in the history, packed and read back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from tests.broker.store.cast import PM25, reading, rows, run

from dothi.broker import grading
from dothi.broker.door import Broker
from dothi.broker.store import packing
from dothi.foundation import clock

BODIES = "SELECT num, body -> '~f' ->> 'flag' FROM broker.history ORDER BY at"


def ago(minutes: int) -> str:
    return clock.iso(clock.now().replace(microsecond=0) - timedelta(minutes=minutes))


def test_flags_stand_in_history_and_good_readings_are_numbers_alone(database: str, writer_url: str) -> None:
    times = [ago(minutes) for minutes in (40, 30, 20)]

    async def act(broker: Broker) -> Any:
        for value, when in zip((21, 4000, 22), times, strict=True):
            await broker.write([reading("urn:a", value, when)])
        return await broker.entity("", "urn:a")

    entity = run(writer_url, act)

    assert rows(database, BODIES) == [(21.0, None), (4000.0, "4"), (22.0, None)]
    assert grading.FOUND not in entity.attrs[PM25][""]


def test_state_of_the_tests_goes_on_when_the_process_is_another(database: str, writer_url: str) -> None:
    values = [20.0, 21.0, *[22.5] * 9]
    times = [ago(60 * (len(values) - n)) for n in range(len(values))]

    for value, when in zip(values, times, strict=True):
        run(writer_url, lambda broker, v=value, w=when: broker.write([reading("urn:a", v, w, backfill=True)]))  # type: ignore[misc] - defaults bind the loop's values

    assert [flag for _, flag in rows(database, BODIES)] == [None] * 6 + ["3"] * 3 + ["4"] * 2


def test_every_reading_is_judged_once_when_two_processes_write_one_series(
    database: str, writer_url: str
) -> None:
    times = [ago(60 - n) for n in range(60)]

    async def act(broker: Broker) -> None:
        other = await Broker.open(writer_url)
        await asyncio.gather(
            *(one.write([reading("urn:a", 5000, when)]) for when in times for one in (broker, other))
        )
        await other.close()

    run(writer_url, act)

    kept = rows(database, BODIES)
    assert len(kept) == 60
    assert all(flag == "4" for _, flag in kept)


def test_flags_are_read_back_when_the_history_is_packed(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> Any:
        for value, minutes in zip((21, 4000, 22), (40, 30, 20), strict=True):
            await broker.write([reading("urn:a", value, ago(minutes))])
        now = clock.now()
        async with broker.pool.connection() as connection:
            packed = await packing.pack_old(connection, clock.iso(now), least=1)
        kept = await broker.store.readings("", "urn:a", now - timedelta(hours=1), now, None, 10)
        return packed, [(one.value, one.found) for one in reversed(kept)]

    packed, found = run(writer_url, act)

    assert packed == 3
    assert rows(database, "SELECT count(*) FROM broker.history") == [(0,)]
    assert found == [(21, None), (4000, {"flag": 4, "tests": {"Q3": 4}}), (22, None)]
