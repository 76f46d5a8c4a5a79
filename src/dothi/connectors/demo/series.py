# SPDX-License-Identifier: Apache-2.0
"""What each device measures at each instant: pure functions of (sensor, time), whole arrays at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from dothi.connectors.demo import stories
from dothi.connectors.demo.city import City, Sensor
from dothi.connectors.demo.noise import Series, jitter, number, smooth
from dothi.connectors.demo.plan import degrees
from dothi.connectors.demo.weather import DAY, HOUR, Weather, local_hour, tide, weekday


@dataclass(frozen=True)
class World:
    """A city in its weather, with its stories anchored to a day."""

    city: City
    anchor: date

    @property
    def weather(self) -> Weather:
        return Weather(self.city.seed, self.anchor)

    def silent(self, sensor: Sensor, t: Series) -> Series:
        """1 where the device says nothing: its gateway is dead."""
        return stories.silent(self.anchor, sensor, t)

    def values(self, sensor: Sensor, t: Series) -> dict[str, Series]:
        """Each quantity of the sensor's kind at each instant of the rising `t`, rounded as the device sends it."""
        raw = _MODELS[sensor.kind.key](self.weather, sensor, stories.frozen(self.anchor, sensor, t))
        raw = stories.drifted(self.anchor, sensor, t, raw)
        return {q.term: np.round(raw[q.term], q.decimals) for q in sensor.kind.quantities}

    def positions(self, sensor: Sensor, t: Series) -> list[tuple[float, float]]:
        """Longitude and latitude at each instant; only buses move."""
        if sensor.route is None:
            return [sensor.lonlat] * t.size
        points = [sensor.route.interpolate(float(way)) for way in _way(sensor, t)]
        return [degrees(point.x, point.y) for point in points]


def _bump(hour: Series, at: float, wide: float) -> Series:
    away = np.abs(hour - at)
    away = np.minimum(away, 24 - away)
    height: Series = np.exp(-0.5 * (away / wide) ** 2)
    return height


def _load(t: Series) -> Series:
    """How full the streets are, 0 to about 1: two peaks on working days, a late soft one on Sunday."""
    hour, day = local_hour(t), weekday(t)
    work = 0.10 + 0.85 * _bump(hour, 7.3, 1.1) + 0.9 * _bump(hour, 17.4, 1.5) + 0.42 * _bump(hour, 12.5, 3.2)
    rest = 0.08 + 0.5 * _bump(hour, 9.5, 2.5) + 0.62 * _bump(hour, 18.6, 2.4)
    return np.where(day == 6, rest, np.where(day == 5, 0.35 * work + 0.65 * rest, work))


def flood_depth(weather: Weather, t: Series, x: float, y: float, low: float) -> Series:
    """Centimetres of water on a street whose ground is `low` (0 to 1): drains give out, tide holds water back."""
    water = weather.storage(t, x, y, 1.3 * HOUR) + 4.0 * np.maximum(tide(t), 0) * low
    depth: Series = np.maximum(water - (27 - 15 * low), 0) * (0.7 + 0.9 * low)
    return depth


def _air(weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    washed = np.exp(-weather.storage(t, s.x, s.y, 5 * HOUR) / 22)
    season = 1 + 0.35 * np.cos(2 * np.pi * (t / DAY - 15) / 365.25)
    air = np.exp(0.45 * smooth(weather.seed + 21, t, 31 * HOUR) + 0.18 * smooth(s.number, t, 3 * HOUR))
    pm25 = (14 + 16 * _load(t) * (0.6 + s.size)) * season * (0.3 + 0.7 * washed) * air + 0.7 * jitter(
        s.number, t
    )
    return {
        "pm25": np.maximum(pm25, 1.5),
        "pm10": np.maximum(pm25 * (1.55 + 0.15 * smooth(s.number + 5, t, 6 * HOUR)) + 3, 3),
        "no2": np.maximum(9 + 34 * _load(t) * (0.5 + s.size) * air + jitter(s.number + 9, t), 1),
        "temperature": weather.temperature(t, s.x, s.y)
        + 0.8 * (s.size - 0.5)
        + 0.1 * jitter(s.number + 12, t),
        "relativeHumidity": np.clip(weather.humidity(t, s.x, s.y) + jitter(s.number + 15, t), 30, 100),
    }


def _rain(weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    fallen = weather.rain_hour(t, s.x, s.y) * (1 + 0.06 * smooth(s.number, t, HOUR))
    return {"precipitation": np.floor(fallen / 0.2) * 0.2}


def _canal(weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    river = "sông" in s.name
    rise = weather.storage(t - 25 * 60, s.x, s.y, 5 * HOUR)
    level = 0.95 + (0.62 if river else 0.36) * tide(t) + (0.006 if river else 0.0165) * rise
    return {"waterLevel": level + 0.03 * smooth(s.number, t, HOUR) + 0.006 * jitter(s.number, t)}


def _flood(weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    depth = flood_depth(weather, t, s.x, s.y, s.low)
    return {"floodDepth": np.where(depth > 0.5, np.maximum(depth + 0.6 * jitter(s.number, t), 1), 0.0)}


def _traffic(weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    depth = flood_depth(weather, t, s.x, s.y, s.low)
    wet = np.minimum(weather.rain_hour(t, s.x, s.y) / 30, 1)
    load = _load(t) * (0.75 + 0.4 * s.size) * (1 + 0.12 * smooth(s.number, t, 0.4 * HOUR))
    passing = 1 / (1 + depth / 14)
    flow = (1_400 + 3_800 * s.size) * load * passing * (1 - 0.15 * wet)
    speed = (44 + 8 * s.size) * (1 - 0.5 * np.clip(load, 0, 1.15) ** 2) * passing * (1 - 0.22 * wet)
    return {
        "intensity": np.maximum(flow * (1 + 0.07 * jitter(s.number, t)), 0),
        "averageVehicleSpeed": np.clip(speed + 1.6 * jitter(s.number + 3, t), 3, 70),
    }


def _parking(_weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    total = 60 + 20 * int(s.size * 14)
    hour = local_hour(t)
    office = _bump(hour, 10.5, 2.6) + _bump(hour, 15, 2.2)
    evening = _bump(hour, 19.5, 1.8)
    share = np.where(weekday(t) >= 5, 0.35 * office + 0.8 * evening, 0.82 * office + 0.35 * evening)
    taken = np.clip(0.12 + 0.8 * share + 0.06 * smooth(s.number, t, 0.5 * HOUR), 0.02, 1)
    return {"availableSpotNumber": np.round(total * (1 - taken)), "totalSpotNumber": np.full_like(t, total)}


def _lamp(_weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    hour = local_hour(t)
    dark = (hour >= 17.9 + 0.1 * s.size) | (hour < 5.4 + 0.1 * s.size)
    level = np.where(dark, np.where((hour >= 23) | (hour < 4.5), 60.0, 100.0), 0.0)
    return {
        "illuminanceLevel": level,
        "powerConsumption": level * (1.1 + 0.4 * s.size) * (1 + 0.01 * jitter(s.number, t)),
    }


def _noise(weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    rain = np.minimum(weather.rain_hour(t, s.x, s.y), 40)
    level = 47 + 9 * s.size + 9 * np.log10(1 + 9 * _load(t)) + 4 * np.log10(1 + rain)
    return {"LAeq": level + 1.5 * smooth(s.number, t, 0.3 * HOUR) + 1.1 * jitter(s.number, t)}


def _bin(_weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    every = DAY * (1 if s.size < 0.5 else 2)
    since = (t + OFFSET_EMPTIED - (s.number % 7) * 600) % every
    fill = (since / every) ** (0.9 + 0.3 * s.size) * (70 + 34 * s.size)
    return {"fillingLevel": np.clip(4 + fill + 0.5 * jitter(s.number, t), 0, 100)}


def _pressure(_weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    hour = local_hour(t)
    need = 0.35 + 0.6 * _bump(hour, 6.6, 1.3) + 0.7 * _bump(hour, 18.5, 1.9) + 0.3 * _bump(hour, 12, 2.5)
    need = need * (1 + 0.06 * smooth(s.number, t, 0.5 * HOUR))
    return {
        "pressure": 2.9 + 0.3 * s.size - 0.85 * need + 0.02 * jitter(s.number, t),
        "flow": (70 + 130 * s.size) * need + 0.9 * jitter(s.number + 3, t),
    }


def _power(weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    hour = local_hour(t)
    warm = np.maximum(weather.temperature(t, s.x, s.y) - 25, 0)
    use = (
        0.4
        + 0.25 * _bump(hour, 10.5, 2.5)
        + 0.2 * _bump(hour, 14.5, 2)
        + 0.45 * _bump(hour, 19.5, 2)
        + 0.03 * warm
    )
    use = use * np.where(weekday(t) == 6, 0.88, 1.0) * (1 + 0.05 * smooth(s.number, t, 0.7 * HOUR))
    return {
        "activePower": (240 + 380 * s.size) * use + jitter(s.number, t),
        "voltage": 231 - 9 * use + 1.2 * jitter(s.number + 3, t),
    }


def _way(s: Sensor, t: Series) -> Series:
    """Metres along the route: there and back all day, standing at its start at night."""
    assert s.route is not None
    length = s.route.length
    speed = 5.6
    hour = local_hour(t)
    into = (hour - 5) * HOUR * speed + (s.number % 1_000) / 1_000 * 2 * length
    part = into % (2 * length)
    there = np.where(part < length, part, 2 * length - part)
    return np.where((hour >= 5) & (hour < 22), there, 0.0)


def _bus(weather: Weather, s: Sensor, t: Series) -> dict[str, Series]:
    hour = local_hour(t)
    going = (hour >= 5) & (hour < 22)
    stop = _way(s, t) % 450 < 45
    depth = flood_depth(weather, t, s.x, s.y, s.low)
    speed = np.where(
        going & ~stop, np.maximum(27 - 11 * _load(t) + 3 * jitter(s.number, t), 4) / (1 + depth / 20), 0.0
    )
    return {
        "speed": speed,
        "occupancy": np.where(going, np.clip(5 + 34 * _load(t) + 5 * smooth(s.number, t, 900), 0, 60), 0.0),
    }


OFFSET_EMPTIED = 7 * HOUR - 5 * HOUR
_MODELS = {
    "air": _air, "rain": _rain, "canal": _canal, "flood": _flood, "traffic": _traffic, "parking": _parking,
    "lamp": _lamp, "noise": _noise, "bin": _bin, "pressure": _pressure, "power": _power, "bus": _bus,
}  # fmt: skip


def times(sensor: Sensor, start: float, end: float, step: float | None = None) -> Series:
    """Instants a device measures in [start, end): its period (or `step`), at an offset of its own."""
    every = step or float(sensor.kind.period)
    offset = 0.0 if step else float(number("offset", sensor.device) % sensor.kind.period)
    first = math.ceil((start - offset) / every)
    last = math.ceil((end - offset) / every)
    return np.arange(first, last, dtype=np.float64) * every + offset
