# SPDX-License-Identifier: Apache-2.0
"""Weather of the demo city as closed formulas of time: storms, what they leave in the ground, tide, warmth.

Rain falls as sine-squared humps; canals and streets answer as linear reservoirs, whose storage after a storm
has a closed form, so any instant can be asked without simulating the days before it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import numpy as np

from dothi.connectors.demo.noise import Series, number, smooth
from dothi.foundation.clock import VIETNAM

DAY = 86_400.0
HOUR = 3_600.0
OFFSET = 7 * HOUR


@dataclass(frozen=True)
class Storm:
    """`total` millimetres at its centre (x, y in metres), thinning out over `radius` metres."""

    start: float
    duration: float
    total: float
    x: float
    y: float
    radius: float

    def weight(self, x: float, y: float) -> float:
        return float(np.exp(-((x - self.x) ** 2 + (y - self.y) ** 2) / (2 * self.radius**2)))


def local_hour(t: Series) -> Series:
    """Hour of the day in Vietnam, 0 to 24."""
    return ((t + OFFSET) % DAY) / HOUR


def weekday(t: Series) -> Series:
    """0 Monday to 6 Sunday, in Vietnam; 1970-01-01 was a Thursday."""
    return (np.floor((t + OFFSET) / DAY) + 3) % 7


def at_local(day: date, hour: float) -> float:
    """Epoch seconds of an hour of a day in Vietnam."""
    return (datetime.combine(day, time(), VIETNAM) + timedelta(hours=hour)).timestamp()


@dataclass(frozen=True)
class Weather:
    """The weather of one seed, with the flood night two nights before `anchor`."""

    seed: int
    anchor: date

    def rain_hour(self, t: Series, x: float, y: float) -> Series:
        """Millimetres that fell in the hour before each instant of the rising `t`."""
        out = np.zeros_like(t)
        for storm in _between(self, t, HOUR):
            lo, hi = np.searchsorted(t, (storm.start, storm.start + storm.duration + HOUR))
            part = t[lo:hi]
            out[lo:hi] += (
                storm.total * storm.weight(x, y) * (_fallen(storm, part) - _fallen(storm, part - HOUR))
            )
        return out

    def storage(self, t: Series, x: float, y: float, hold: float) -> Series:
        """Millimetres still held by a reservoir that empties over `hold` seconds."""
        out = np.zeros_like(t)
        for storm in _between(self, t, 6 * hold):
            end = storm.start + storm.duration
            lo, mid, hi = np.searchsorted(t, (storm.start, end, end + 6 * hold))
            rate = storm.total * storm.weight(x, y) / storm.duration * hold
            out[lo:mid] += rate * (1 - np.exp((storm.start - t[lo:mid]) / hold))
            out[mid:hi] += rate * (1 - np.exp(-storm.duration / hold)) * np.exp((end - t[mid:hi]) / hold)
        return out

    def temperature(self, t: Series, x: float, y: float) -> Series:
        hour = local_hour(t)
        year = np.cos(2 * np.pi * (t / DAY - 105) / 365.25)
        day = np.cos(2 * np.pi * (hour - 14) / 24)
        cooling = np.minimum(self.storage(t, x, y, 3 * HOUR) * 0.2, 3.5)
        return 27.4 + 2.2 * year + 3.6 * day + 1.2 * smooth(self.seed + 11, t, 30 * HOUR) - cooling

    def humidity(self, t: Series, x: float, y: float) -> Series:
        wet = np.minimum(self.storage(t, x, y, 4 * HOUR) * 1.4, 20.0)
        dry = 2.6 * (self.temperature(t, x, y) - 27.4)
        return np.clip(76 - dry + wet + 3 * smooth(self.seed + 13, t, 20 * HOUR), 35, 99)

    def storms(self, day: int) -> tuple[Storm, ...]:
        """Storms that start on a day of Vietnam, counted from 1970."""
        return _storms(self.seed, self.anchor.toordinal(), day)


def tide(t: Series) -> Series:
    """Height of the tide, about -1 to 1: the moon twice a day, and once."""
    return 0.62 * np.sin(2 * np.pi * t / (12.4206 * HOUR)) + 0.38 * np.sin(2 * np.pi * t / (23.9345 * HOUR))


def _fallen(storm: Storm, t: Series) -> Series:
    part = np.clip((t - storm.start) / storm.duration, 0, 1)
    return part - np.sin(2 * np.pi * part) / (2 * np.pi)


def _between(weather: Weather, t: Series, memory: float) -> list[Storm]:
    if not t.size:
        return []
    first = int((t[0] + OFFSET - memory) // DAY) - 1
    last = int((t[-1] + OFFSET) // DAY)
    return [storm for day in range(first, last + 1) for storm in weather.storms(day)]


@lru_cache(maxsize=4096)
def _storms(seed: int, anchor: int, day: int) -> tuple[Storm, ...]:
    date_of_day = date(1970, 1, 1) + timedelta(days=day)
    ago = anchor - date_of_day.toordinal()
    if ago == 2:
        return (
            Storm(at_local(date_of_day, 16.5), 1.2 * HOUR, 18.0, -400.0, 300.0, 5_000.0),
            Storm(at_local(date_of_day, 20.0), 4.5 * HOUR, 172.0, 300.0, -200.0, 9_000.0),
        )
    if ago == 0:
        return (Storm(at_local(date_of_day, 4.2), 0.9 * HOUR, 7.0, 800.0, -900.0, 3_500.0),)
    chance = random.Random(number("storm", seed, day))  # noqa: S311 - weather, not a secret
    wet_season = 5 <= date_of_day.month <= 11
    count = sum(chance.random() < (0.42 if wet_season else 0.05) for _ in range(2))
    return tuple(
        Storm(
            at_local(date_of_day, chance.triangular(1, 23, 16)),
            chance.uniform(0.5, 2.8) * HOUR,
            min(chance.lognormvariate(2.5, 0.7), 60.0),
            chance.uniform(-5_000, 5_000),
            chance.uniform(-5_000, 5_000),
            chance.uniform(2_500, 7_000),
        )
        for _ in range(count)
    )


def day_of(at: datetime) -> date:
    """The day in Vietnam of an instant."""
    return at.astimezone(UTC).astimezone(VIETNAM).date()
