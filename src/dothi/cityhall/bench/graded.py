# SPDX-License-Identifier: Apache-2.0
"""The group `quality`: what testing readings in the write costs the broker.

The same readings go in twice, in turns: as pm25, which is tested, and under a name of the same length of which nobody has said
what is usual, which is not. Nothing in the broker is switched off for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from dothi.broker.door import Broker
from dothi.broker.model import Write
from dothi.cityhall import database
from dothi.cityhall.bench.instance import Instance
from dothi.cityhall.bench.row import Row
from dothi.foundation import clock

GROUP = "quality"
CORE = "https://uri.etsi.org/ngsi-ld/default-context/"
TESTED, UNTESTED = "pm25", "px25"
SENSORS = 500
WRITERS = 64
TURNS = 6
PERIOD = 60.0


def measure(quick: bool) -> Iterator[Row]:  # noqa: FBT001 - the one switch of every group
    """Readings stored a second with tests, beside those without."""
    with Instance() as city:
        tested, untested = asyncio.run(rates(database.url(city.settings, "writer"), 3.0 if quick else 15.0))
        yield Row(
            group=GROUP, name="readings stored with grading", value=tested, unit="1/s", target=0,
            ratio_to="without grading", ratio=tested / untested, ratio_target=0.7,
        )  # fmt: skip


async def rates(url: str, seconds: float) -> tuple[float, float]:
    """Readings stored a second, tested and not, each for `seconds` in turns, so that both have the same machine."""
    broker = await Broker.open(url)
    count, spent = {TESTED: 0, UNTESTED: 0}, {TESTED: 0.0, UNTESTED: 0.0}
    try:
        for turn in range(2 * TURNS + 2):
            attr = (TESTED, UNTESTED)[turn % 2]
            begun = time.perf_counter()
            stored = await _turn(broker, attr, turn, seconds / TURNS)
            if turn >= 2:  # the first turn of each makes the entities and series
                count[attr] += stored
                spent[attr] += time.perf_counter() - begun
    finally:
        await broker.close()
    return count[TESTED] / spent[TESTED], count[UNTESTED] / spent[UNTESTED]


async def _turn(broker: Broker, attr: str, turn: int, seconds: float) -> int:
    until = time.perf_counter() + seconds

    async def one(number: int) -> int:
        stored = 0
        while time.perf_counter() < until:
            sensor = number + WRITERS * (stored % (SENSORS // WRITERS))
            await broker.write([_reading(sensor, attr, 20 + (stored * 7 + turn) % 11 / 2)])
            stored += 1
        return stored

    return sum(await asyncio.gather(*(one(number) for number in range(WRITERS))))


def _reading(sensor: int, attr: str, value: float) -> Write:
    instance = {"type": "Property", "value": value, "unitCode": "GQ", "observedAt": clock.iso(clock.now())}
    return Write(
        verb="observe",
        id=f"urn:bench:{attr}:{sensor}",
        types=[f"{CORE}AirQualityObserved"],
        attrs={f"{CORE}{attr}": {"": instance}},
    )
