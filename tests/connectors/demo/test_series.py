# SPDX-License-Identifier: Apache-2.0
"""Readings of the demo city are functions of time, coupled by weather, and hold the stories."""

from __future__ import annotations

import time
from datetime import date

import numpy as np
import pytest

from dothi.connectors.demo import city, stories
from dothi.connectors.demo.series import World, times
from dothi.connectors.demo.weather import DAY, HOUR, at_local

ANCHOR = date(2026, 11, 23)
NOW = at_local(ANCHOR, 18)
WORLD = World(city.make(), ANCHOR)


def _sensors(kind: str) -> list[city.Sensor]:
    return [sensor for sensor in WORLD.city.sensors if sensor.kind.key == kind]


@pytest.mark.parametrize("kind", city.COUNTS)
def test_value_is_the_same_when_asked_alone_or_in_a_series(kind: str) -> None:
    sensor = _sensors(kind)[2]
    t = times(sensor, NOW - 3 * DAY, NOW)

    series = WORLD.values(sensor, t)

    for n in range(0, t.size, t.size // 20):
        alone = WORLD.values(sensor, t[n : n + 1])
        assert {k: v[0] for k, v in alone.items()} == {k: v[n] for k, v in series.items()}
    assert all(np.isfinite(v).all() for v in series.values())


def test_streets_flood_and_traffic_slows_when_it_is_the_flood_night() -> None:
    night = np.arange(
        at_local(ANCHOR, 0) - 2 * DAY + 22 * HOUR, at_local(ANCHOR, 0) - 2 * DAY + 26 * HOUR, 60
    )
    week_before = night - 7 * DAY

    depth = np.mean([WORLD.values(s, night)["floodDepth"].max() for s in _sensors("flood")])
    speed = np.mean([WORLD.values(s, night)["averageVehicleSpeed"].mean() for s in _sensors("traffic")])
    usual = np.mean([WORLD.values(s, week_before)["averageVehicleSpeed"].mean() for s in _sensors("traffic")])

    assert depth > 20
    assert speed < 0.75 * usual


def test_canal_rises_after_the_rain_when_a_storm_passes() -> None:
    canal = _sensors("canal")[3]
    rain = next(s for s in _sensors("rain"))
    t = np.arange(at_local(ANCHOR, 0) - 2 * DAY + 19 * HOUR, at_local(ANCHOR, 0) - DAY + 12 * HOUR, 300.0)

    wettest = t[np.argmax(WORLD.values(rain, t)["precipitation"])]
    highest = t[np.argmax(WORLD.values(canal, t)["waterLevel"])]

    assert 0 < highest - wettest < 8 * HOUR


def test_stuck_sensor_repeats_itself_when_its_story_has_begun() -> None:
    sensor = next(s for s in WORLD.city.sensors if s.device == stories.STUCK[0])

    stuck = WORLD.values(sensor, times(sensor, NOW - 10 * HOUR, NOW))["waterLevel"]
    before = WORLD.values(sensor, times(sensor, NOW - 4 * DAY, NOW - 3 * DAY))["waterLevel"]

    assert len(set(stuck)) == 1
    assert len(set(before)) > 20


def test_gateway_is_silent_when_dead() -> None:
    quiet = {s.source for s in WORLD.city.sensors if WORLD.silent(s, np.array([NOW]))[0]}

    assert quiet == {city.DEAD_SOURCE}


def test_drifting_station_reads_more_each_week_when_compared_with_its_truth() -> None:
    sensor = next(s for s in WORLD.city.sensors if s.device == stories.DRIFTING)
    t = np.array([NOW - 30 * DAY, NOW])

    raw = {"pm25": np.array([10.0, 10.0]), "no2": np.array([5.0, 5.0])}
    told = stories.drifted(ANCHOR, sensor, t, raw)

    assert told["no2"].tolist() == [5.0, 5.0]
    assert 10 < told["pm25"][0] < told["pm25"][1]


def test_year_and_week_of_all_sensors_are_made_in_seconds_when_asked() -> None:
    begun = time.perf_counter()

    count = 0
    for sensor in WORLD.city.sensors:
        for t in (times(sensor, NOW - 7 * DAY, NOW), times(sensor, NOW - 372 * DAY, NOW - 7 * DAY, HOUR)):
            count += sum(v.size for v in WORLD.values(sensor, t).values())

    assert count > 7_000_000
    assert time.perf_counter() - begun < 20
