# SPDX-License-Identifier: Apache-2.0
"""The grade of every series of every tenant, for the history of grades: a grade falls by itself when a sensor is silent."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dothi.broker import grading
from dothi.broker.live import shape
from dothi.broker.live.port import LiveStore
from dothi.broker.live.worst import grade_of
from dothi.foundation.grade import Grade

CELL = 0.06
"""Degrees: more than the distance within which stations are compared, in any latitude of Vietnam."""
Things = list[tuple[str, dict[str, Any], dict[str, Any]]]
"""Tenant, thing in the shape of screens, tallies by short name of the attribute."""


async def grades(store: LiveStore, at: datetime) -> list[tuple[tuple[str, str, str], Grade]]:
    """((tenant, entity, attribute), grade) of what is tested; muted and retired sensors have none."""
    things = await _things(store)
    cells: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for tenant, thing, _ in things:
        if (cell := _cell(thing)) is not None:
            cells[tenant, thing.get("type"), *cell].append(thing)
    found: list[tuple[tuple[str, str, str], Grade]] = []
    for tenant, thing, tallies in things:
        if not tallies or thing.get("status") in {"muted", "retired"}:
            continue
        around = [one for cell in _around(thing) for one in cells.get((tenant, thing.get("type"), *cell), ())]
        for attr, tally in tallies.items():
            grade = grade_of(thing, attr, tally, around, at) if attr in thing["attrs"] else None
            if grade is not None:
                found.append(((tenant, thing["id"], attr), grade))
        # Readings wait for the same loop.
        await asyncio.sleep(0)
    return found


async def _things(store: LiveStore) -> Things:
    return [
        (tenant, shape.entity(entity), grading.tallies(entity))
        async for tenant, entity in await store.all_entities()
    ]


def _cell(thing: dict[str, Any]) -> tuple[int, int] | None:
    if thing.get("lon") is None or thing.get("lat") is None:
        return None
    return math.floor(thing["lon"] / CELL), math.floor(thing["lat"] / CELL)


def _around(thing: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """The cell of a thing and the eight about it; none when it has no place."""
    cell = _cell(thing)
    for across in (-1, 0, 1) if cell else ():
        for up in (-1, 0, 1):
            assert cell is not None
            yield cell[0] + across, cell[1] + up
