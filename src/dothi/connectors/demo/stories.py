# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in the demo city, told by the day it was seeded.

The flood night is in `weather`: two nights before the anchor. Here: a stuck sensor, a dead gateway, a drifting
station. Each is something an operator has to find.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from dothi.connectors.demo.city import DEAD_SOURCE, Sensor
from dothi.connectors.demo.noise import Series
from dothi.connectors.demo.weather import DAY, at_local

STUCK = ("canal-005", "noise-007")
DRIFTING = "air-009"
DRIFT_DAYS = 45


def silent_since(anchor: date) -> float:
    """The dead gateway's last word: the afternoon before the anchor."""
    return at_local(anchor - timedelta(days=1), 14.2)


def stuck_since(anchor: date) -> float:
    return at_local(anchor - timedelta(days=1), 3.6)


def silent(anchor: date, sensor: Sensor, t: Series) -> Series:
    """1 where the sensor's gateway is dead, else 0."""
    if sensor.source != DEAD_SOURCE:
        return np.zeros_like(t)
    return (t >= silent_since(anchor)).astype(np.float64)


def frozen(anchor: date, sensor: Sensor, t: Series) -> Series:
    """The instants whose values are told: a stuck sensor tells one instant for ever."""
    return np.minimum(t, stuck_since(anchor)) if sensor.device in STUCK else t


def drifted(anchor: date, sensor: Sensor, t: Series, raw: dict[str, Series]) -> dict[str, Series]:
    """The drifting station reads more PM each day; its neighbours do not."""
    if sensor.device != DRIFTING:
        return raw
    begun = at_local(anchor - timedelta(days=DRIFT_DAYS), 0)
    more = 1 + 0.012 * np.clip((t - begun) / DAY, 0, 120)
    return {term: value * more if term in {"pm25", "pm10"} else value for term, value in raw.items()}
