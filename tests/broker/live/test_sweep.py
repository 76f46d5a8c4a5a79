# SPDX-License-Identifier: Apache-2.0
"""Grades over the real store as time passes: kept when they change, told when they fall."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.broker.live.test_grade import CORE, PERIOD, asked, plausible, station
from tests.broker.store.cast import rows, run

from dothi.broker.door import Broker
from dothi.broker.model import Write
from dothi.foundation import clock

LATER = timedelta(seconds=PERIOD * 40)
SERIES = ("", "urn:air:1", "pm25")


async def fallen(broker: Broker) -> list[Any]:
    """A station that reports, and then no more."""
    for write in station(1, plausible(40, 1)):
        await broker.write([write])
    counts = [await broker.keep_grades(clock.now() + later) for later in (timedelta(), timedelta(), LATER)]
    drops = await broker.store.grades_fallen(0)
    again = await broker.store.grades_fallen(drops[-1].id) if drops else None
    return [counts, drops, again, await broker.store.grades_of(SERIES, clock.now() + LATER)]


def test_grade_is_kept_once_and_told_when_it_fell_by_silence(database: str, writer_url: str) -> None:
    counts, drops, again, history = run(writer_url, fallen)

    assert counts == [1, 0, 1]
    assert [(one.entity, one.attr, one.overall) for one in drops] == [("urn:air:1", "pm25", "D")]
    assert drops[0].was is not None
    assert drops[0].was < "D"
    assert "timely" in {reason.dimension for reason in drops[0].reasons if reason.letter == "D"}
    assert again == []
    assert [one.was for one in history] == [drops[0].was, None]


def test_history_of_grades_ends_at_the_instant_when_one_is_asked_for(writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        await fallen(broker)
        return await broker.store.grades_of(SERIES, clock.now())

    assert [one.was for one in run(writer_url, act)] == [None]


def test_grade_is_not_kept_when_a_sensor_is_muted(writer_url: str) -> None:
    async def act(broker: Broker) -> int:
        muted = Write(
            verb="describe",
            id="urn:air:1",
            types=[f"{CORE}AirQualityObserved"],
            attrs={f"{CORE}status": {"": {"type": "Property", "value": "muted"}}},
        )
        for write in [*station(1, plausible(40, 1)), muted]:
            await broker.write([write])
        return await broker.keep_grades(clock.now())

    assert run(writer_url, act) == 0


def test_changes_are_kept_once_when_two_processes_sweep(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> None:
        for write in station(1, plausible(40, 1)):
            await broker.write([write])
        other = await Broker.open(writer_url)
        at = clock.now()
        await broker.keep_grades(at)
        await other.keep_grades(at)
        await other.close()

    run(writer_url, act)

    assert rows(database, "SELECT count(*) FROM broker.grade_history") == [(1,)]


def test_nothing_of_a_grade_is_left_when_its_entity_is_erased(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> None:
        await fallen(broker)
        await broker.store.erase("", ["urn:air:1"])

    run(writer_url, act)

    assert rows(database, "SELECT count(*) FROM broker.grade_history") == [(0,)]
    assert rows(database, "SELECT count(*) FROM broker.grade_now") == [(0,)]


def test_grade_starts_anew_when_its_entity_was_deleted(writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        await fallen(broker)
        await broker.write([Write(verb="delete", id="urn:air:1")])
        await broker.keep_grades(clock.now())
        for write in station(1, plausible(40, 1)):
            await broker.write([write])
        await broker.keep_grades(clock.now() + LATER)
        return await broker.store.grades_fallen(0)

    assert len(run(writer_url, act)) == 1


def test_history_stands_in_the_answer_when_a_grade_is_explained(writer_url: str) -> None:
    run(writer_url, fallen)

    (found,) = asked(writer_url, [], "/live/grade?id=urn:air:1&attr=pm25")

    assert [one["was"] for one in found.json()["history"]] == [None]


def test_sweep_goes_on_when_a_client_has_written_nonsense_about_a_thing(writer_url: str) -> None:
    nonsense = {
        f"{CORE}reportingPeriod": {"": {"type": "Property", "value": "hourly"}},
        f"{CORE}location": {
            "": {"type": "Property", "value": {"type": "Point", "coordinates": ["here", "there"]}}
        },
    }
    odd = Write(verb="describe", id="urn:air:2", types=[f"{CORE}AirQualityObserved"], attrs=nonsense)

    async def act(broker: Broker) -> int:
        for write in [*station(1, plausible(40, 1)), *station(2, plausible(40, 2))]:
            await broker.write([write])
        await broker.write([odd])
        return await broker.keep_grades(clock.now())

    assert run(writer_url, act) == 2
