# SPDX-License-Identifier: Apache-2.0
"""The demo city in the broker: what stands on the map, its last hours, its past filled behind, and its going.

Entities go in by upsert and history by slices with a key, so every step can be repeated.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import msgspec
import numpy as np

from dothi.broker.door import Broker
from dothi.broker.model import BulkSeries, Write
from dothi.connectors.demo import city, entities
from dothi.connectors.demo.series import World, times
from dothi.connectors.demo.weather import DAY, HOUR, day_of

TENANT = ""
LAST = 3 * HOUR
"""Readings of the last hours go in as devices would send them; all that is older comes packed, behind."""
BATCH = 500
Say = Callable[[str], None]


class Progress(msgspec.Struct, kw_only=True):
    """How far the seeding is. `seeded`: the instant up to which the past is made; `done` of `total` slices."""

    seeded: float
    anchor: str
    stage: str = "planted"
    done: int = 0
    total: int = 0

    @property
    def world(self) -> World:
        return World(city.make(), date.fromisoformat(self.anchor))


@dataclass(frozen=True)
class Slice:
    """A stretch of the past for all sensors, filled in one transaction; `step` None means each device's period."""

    key: str
    start: float
    end: float
    step: float | None


async def progress(broker: Broker) -> Progress | None:
    """How far the seeding is; None when the city is not there."""
    entity = await broker.entity(TENANT, entities.PROGRESS)
    if entity is None:
        return None
    values = {term: entity.attrs[entities.iri(term)][""]["value"] for term in Progress.__struct_fields__}
    return msgspec.convert(values, Progress)


async def tell(broker: Broker, state: Progress) -> None:
    """Keep the progress where everyone can see it: in the broker."""
    terms = {term: entities.prop(value) for term, value in msgspec.structs.asdict(state).items()}
    attrs = entities.attributes(**terms, simulated=entities.prop(True))
    types = [entities.iri("SeedProgress")]
    await broker.write(
        [Write(verb="upsert_update", id=entities.PROGRESS, types=types, attrs=attrs, origin=entities.ORIGIN)]
    )


async def stand(broker: Broker, scopes: dict[str, str], say: Say, now: float | None = None) -> Progress:
    """Let the map stand: features, assets, sensors and the last hours. What stands already is left."""
    state = await progress(broker)
    if state is not None and state.stage != "planting":
        return state
    seeded = time.time() if now is None else now
    anchor = day_of(datetime.fromtimestamp(seeded, UTC)).isoformat()
    state = state or Progress(seeded=seeded, anchor=anchor, stage="planting")
    await tell(broker, state)
    world = state.world
    made = world.city
    first = [*entities.features(made, scopes), *entities.assets(made, scopes)]
    first += entities.described(world, scopes)
    await _write(broker, first)
    say(f"{len(first)} things stand on the map")
    recent = [
        (
            at,
            Write(
                verb="observe",
                id=sensor.id,
                types=[entities.iri(sensor.kind.type)],
                attrs=attrs,
                origin="demo",
                backfill=True,
            ),
        )
        for sensor in made.sensors
        for at, attrs in entities.readings(world, sensor, state.seeded - LAST, state.seeded)
    ]
    recent.sort(key=lambda pair: pair[0])
    await _write(broker, [write for _, write in recent])
    # Last, since readings are tested in their order: what a dead gateway said when it still spoke.
    await _write(broker, list(entities.sensors(world, scopes, state.seeded)))
    say(f"{len(recent)} readings of the last hours")
    state.stage, state.total = "filling", len(slices(state))
    await tell(broker, state)
    return state


async def _write(broker: Broker, writes: list[Write]) -> None:
    for first in range(0, len(writes), BATCH):
        await broker.write(writes[first : first + BATCH])


def slices(state: Progress) -> list[Slice]:
    """The past, newest first: seven days at full rate by day, then a year by month at one value an hour."""
    end = state.seeded - LAST
    found = []
    for n in range(7):
        start = max(end - DAY, state.seeded - 7 * DAY)
        found.append(Slice(f"demo:{state.anchor}:day:{n}", start, end, None))
        end = start
    for n in range(12):
        start = end - 365 / 12 * DAY
        found.append(Slice(f"demo:{state.anchor}:month:{n}", start, end, HOUR))
        end = start
    return found


def series(world: World, scopes: dict[str, str], part: Slice) -> list[BulkSeries]:
    """All series of one slice of the past."""
    found = []
    for sensor in world.city.sensors:
        t = times(sensor, part.start, part.end, part.step)
        t = t[world.silent(sensor, t) == 0]
        at = np.round(t * 1e6).astype(np.int64)
        columns = world.values(sensor, t)
        found += [
            BulkSeries(
                id=sensor.id, types=[entities.iri(sensor.kind.type)], scopes=[scopes[sensor.ward]],
                attr=entities.iri(q.term), unit=q.unit_code or None, at=at, values=columns[q.term],
            )
            for q in sensor.kind.quantities
            if t.size
        ]  # fmt: skip
    return found


async def is_leaving(broker: Broker) -> bool:
    """Whether the city is to be taken away, or is gone already."""
    state = await progress(broker)
    return state is None or state.stage in {"leaving", "left"}


async def left(broker: Broker) -> None:
    """Say that nothing of ours writes any more."""
    state = await progress(broker)
    if state is not None:
        state.stage = "left"
        await tell(broker, state)


async def ask_to_leave(broker: Broker, *, living: bool, patience: float = 20.0) -> None:
    """Ask the demo process to stop writing and wait until it has; `living`: whether one runs."""
    state = await progress(broker)
    if state is None or not living:
        return
    state.stage = "leaving"
    await tell(broker, state)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        state = await progress(broker)
        if state is None or state.stage == "left":
            return
        await asyncio.sleep(0.2)


async def fill(broker: Broker, state: Progress, scopes: dict[str, str], say: Say) -> None:
    """Fill the past behind, slice by slice; goes on after the last slice that was told as done."""
    world = state.world
    for part in slices(state)[state.done :]:
        while broker.writer.full:  # noqa: ASYNC110 - the disk tells nobody; a slice is megabytes, writes go first
            await asyncio.sleep(0.5)
        found = series(world, scopes, part)
        await broker.store.bulk_history(TENANT, found, key=part.key)
        state.done += 1
        state.stage = "living" if state.done == state.total else "filling"
        await tell(broker, state)
        say(f"{state.done}/{state.total} {part.key}: {sum(one.at.size for one in found)} values")


async def uproot(broker: Broker) -> int:
    """Erase everything of the demo city from the broker: state, history, changes."""
    made = city.make()
    ids = [entities.PROGRESS]
    scopes = dict.fromkeys([ward.code for ward in made.plan.wards], "")
    ids += [write.id for write in (*entities.features(made, scopes), *entities.assets(made, scopes))]
    ids += [sensor.id for sensor in made.sensors]
    return await broker.store.erase(TENANT, ids)
