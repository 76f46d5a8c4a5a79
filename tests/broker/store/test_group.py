# SPDX-License-Identifier: Apache-2.0
"""What the history holds after readings from the future, after deletions, and after an entity's time has passed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.broker.store.cast import NAME, PM25, TYPE, at, number, reading, rows, run

from dothi.broker.door import Broker
from dothi.broker.model import Write
from dothi.broker.store import packing
from dothi.foundation import clock

STANDING = "SELECT num FROM broker.history WHERE num IS NOT NULL AND superseded_at IS NULL ORDER BY at"
KINDS = "SELECT payload->>'kind' FROM broker.change ORDER BY seq"
GONE: dict[str, Write] = {
    "delete": Write(verb="delete", id="urn:a"),
    "delete_attribute": Write(verb="delete_attribute", id="urn:a", attribute=PM25),
    "replace": Write(verb="replace", id="urn:a", types=[TYPE], attrs={NAME: {"": number("A")}}),
}


def soon(seconds: float) -> str:
    return clock.iso(clock.now() + timedelta(seconds=seconds))


def value(entity: Any) -> Any:
    return entity.attrs[PM25][""]["value"]


def test_state_goes_on_when_one_reading_comes_from_the_future(database: str, writer_url: str) -> None:
    future = reading("urn:a", 99, soon(4000))

    async def act(broker: Broker) -> list[Any]:
        told = [(await broker.write([w]))[0] for w in (reading("urn:a", 1, at(0)), future, future)]
        told += await broker.write([reading("urn:a", 2, at(1))])
        return [*told, value(await broker.entity("", "urn:a"))]

    first, ahead, again, sane, shown = run(writer_url, act)

    assert (first.status, ahead.ahead, again.repeats, sane.late) == ("created", 1, 1, 0)
    assert shown == 2
    assert rows(database, STANDING) == [(1,), (2,), (99,)]
    assert rows(database, KINDS) == [("created",), ("ahead",), ("ahead",), ("updated",)]


def test_sane_reading_takes_over_when_the_first_came_from_the_future(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        first = (await broker.write([reading("urn:a", 99, soon(4000))]))[0]
        shown = [value(await broker.entity("", "urn:a"))]
        for minute in (1, 2):
            await broker.write([reading("urn:a", minute, at(minute))])
            shown.append(value(await broker.entity("", "urn:a")))
        return [first.ahead, *shown]

    assert run(writer_url, act) == [1, 99, 1, 2]
    assert rows(database, STANDING) == [(1,), (2,), (99,)]


def test_reading_is_the_state_when_its_clock_is_a_little_fast(writer_url: str) -> None:
    async def act(broker: Broker) -> Any:
        await broker.write([reading("urn:a", 1, at(0))])
        await broker.write([reading("urn:a", 2, soon(60))])
        return value(await broker.entity("", "urn:a"))

    assert run(writer_url, act) == 2


@pytest.mark.parametrize("way", list(GONE))
@pytest.mark.parametrize("packed", [False, True])
def test_reading_is_kept_once_when_its_attribute_was_gone_between(
    database: str, writer_url: str, way: str, *, packed: bool
) -> None:
    many = [reading("urn:a", n, at(n)) for n in range(20)]

    async def act(broker: Broker) -> list[Any]:
        for write in many:
            await broker.write([write])
        await broker.write([GONE[way]])
        if packed:
            async with broker.pool.connection() as connection:
                await packing.pack_old(connection, clock.iso(clock.now()))
        # The oldest first: what then comes is newer than the state, and still known.
        again = [(await broker.write([write]))[0] for write in many[:1] + many[-1:] + many[5:6]]
        other = (await broker.write([reading("urn:a", 77, at(19))]))[0]
        return [[r.repeats for r in again], other.conflicts, value(await broker.entity("", "urn:a"))]

    assert run(writer_url, act) == [[1, 1, 1], 1, 77]
    assert rows(database, STANDING)[-1] == (77,)
    assert rows(
        database, "SELECT count(*) FROM broker.history WHERE num IS NOT NULL AND observed_at IS NOT NULL"
    ) == [(21,)]
    assert rows(database, KINDS).count(("conflict",)) == 1


def test_readings_are_kept_once_when_they_come_back_in_one_group(database: str, writer_url: str) -> None:
    both = [reading("urn:a", 1, at(0)), reading("urn:a", 2, at(1))]

    async def act(broker: Broker) -> list[int]:
        await broker.write(both)
        await broker.write([GONE["delete"]])
        return [r.repeats for r in await broker.write(both)]

    assert run(writer_url, act) == [1, 1]
    assert rows(database, STANDING) == [(1,), (2,)]


@pytest.mark.parametrize("verb", ["merge", "append", "update"])
def test_write_finds_nothing_when_the_entity_has_expired(database: str, writer_url: str, verb: Any) -> None:
    made = Write(verb="create", id="urn:a", types=[TYPE], attrs={NAME: {"": number("A")}}, expires_at=at(0))

    async def act(broker: Broker) -> list[str]:
        await broker.write([made])
        changed = await broker.write([Write(verb=verb, id="urn:a", attrs={NAME: {"": number("B")}})])
        return [r.status for r in [*changed, *await broker.write([made])]]

    assert run(writer_url, act) == ["missing", "created"]
    assert rows(database, KINDS) == [("created",), ("deleted",), ("created",)]


def test_reading_begins_anew_when_the_entity_has_expired(database: str, writer_url: str) -> None:
    old = Write(
        verb="create", id="urn:a", types=["urn:Old"], attrs={NAME: {"": number("A")}}, expires_at=at(0)
    )

    async def act(broker: Broker) -> Any:
        await broker.write([old])
        before = rows(database, "SELECT created_at FROM broker.entity")
        await broker.write([reading("urn:a", 1, at(1))])
        return before, await broker.entity("", "urn:a")

    before, entity = run(writer_url, act)

    assert (set(entity.attrs), entity.types, entity.expires_at) == ({PM25}, [TYPE], None)
    assert entity.created_at > before[0][0]
    assert rows(database, "SELECT type FROM broker.entity_type") == [(TYPE,)]


def test_reading_is_kept_once_when_a_value_without_time_came_between(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> int:
        await broker.write([reading("urn:a", 1, at(0))])
        await broker.write([GONE["delete"]])
        await broker.write([reading("urn:a", 5, None)])
        return (await broker.write([reading("urn:a", 1, at(0))]))[0].repeats

    assert run(writer_url, act) == 1
    assert rows(database, "SELECT count(*) FROM broker.history WHERE observed_at IS NOT NULL") == [(1,)]
