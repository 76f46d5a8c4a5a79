# SPDX-License-Identifier: Apache-2.0
"""The demo city in the broker: it stands, its past is filled once, it goes without trace."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import date

import psycopg
import pytest

from dothi.broker.door import Broker
from dothi.broker.model import Write
from dothi.cityhall import demo_past as past
from dothi.connectors.demo import city, entities
from dothi.connectors.demo.weather import at_local

NOW = at_local(date(2026, 11, 23), 18)
SCOPES = {ward.code: f"/lac-giang/lac-giang-{ward.code}" for ward in city.make().plan.wards}
TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'broker'::regnamespace AND relkind IN ('r', 'p')
AND NOT relispartition AND relname NOT IN ('migration', 'cursor')
"""


def _with_broker(url: str, act: Callable[[Broker], Awaitable[None]]) -> None:
    async def run() -> None:
        broker = await Broker.open(url)
        try:
            await act(broker)
        finally:
            await broker.close()

    asyncio.run(run())


def _say(_sentence: str) -> None:
    return


def _rows(url: str) -> dict[str, list[str]]:
    """Everything in the broker's tables, as text."""
    with psycopg.connect(url) as connection:
        return {
            table: sorted(
                row[0] for row in connection.execute(f"SELECT t::text FROM broker.{table} t").fetchall()
            )
            for (table,) in connection.execute(TABLES).fetchall()
        }


async def _other(broker: Broker) -> None:
    """A real sensor of somebody else, with a name that looks like ours."""
    reading = entities.prop(12.5, "CEL", "2026-11-23T10:00:00.000000Z")
    attrs = entities.attributes(temperature=reading, name=entities.prop("Lạc Giang"))
    ids = ["urn:ngsi-ld:AirQualityObserved:hue-1", "urn:ngsi-ld:AirQualityObserved:lac-giang-air-001-real"]
    await broker.write(
        [Write(verb="observe", id=i, types=[entities.iri("AirQualityObserved")], attrs=attrs) for i in ids]
    )


@pytest.mark.slow
def test_city_goes_without_trace_when_purged_and_other_data_stays(
    writer_url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "LAST", 600.0)
    before: dict[str, list[str]] = {}

    async def act(broker: Broker) -> None:
        await _other(broker)
        before.update(_rows(database))
        state = await past.stand(broker, SCOPES, _say, NOW)
        two = past.slices(state)[:1]
        await broker.store.bulk_history("", past.series(state.world, SCOPES, two[0]), key=two[0].key)
        assert _rows(database) != before
        await past.uproot(broker)

    _with_broker(writer_url, act)

    assert _rows(database) == before


@pytest.mark.slow
def test_past_is_filled_once_when_a_slice_is_repeated(
    writer_url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "LAST", 600.0)
    states = []

    async def act(broker: Broker) -> None:
        state = await past.stand(broker, SCOPES, _say, NOW)
        first = past.slices(state)[-1]
        found = past.series(state.world, SCOPES, first)
        await broker.store.bulk_history("", found, key=first.key)
        states.append(_rows(database))
        await broker.store.bulk_history("", found, key=first.key)
        states.append(_rows(database))

    _with_broker(writer_url, act)

    assert states[0]["history_packed"]
    assert states[0] == states[1]


def test_slices_follow_each_other_without_gap_when_listed() -> None:
    state = past.Progress(seeded=NOW, anchor="2026-11-23")

    found = past.slices(state)

    assert len(found) == 19
    assert found[0].end == NOW - past.LAST
    assert all(later.start == earlier.end for later, earlier in itertools.pairwise(found))
    assert found[6].start == NOW - 7 * 86_400
    assert NOW - found[-1].start > 365 * 86_400
    assert len({part.key for part in found}) == 19


def test_the_past_waits_when_the_disk_is_low(writer_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "slices", lambda _state: [past.Slice("demo:x", NOW - 3600, NOW - 1800, None)])

    async def act(broker: Broker) -> None:
        state = past.Progress(seeded=NOW, anchor="2026-11-23", stage="filling", total=1)
        broker.writer.full = True
        filling = asyncio.create_task(past.fill(broker, state, SCOPES, _say))
        await asyncio.sleep(0.3)
        before = state.done
        broker.writer.full = False
        await asyncio.wait_for(filling, 30)

        assert (before, state.done) == (0, 1)

    _with_broker(writer_url, act)
