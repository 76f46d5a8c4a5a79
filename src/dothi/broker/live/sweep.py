# SPDX-License-Identifier: Apache-2.0
"""The grade of every series of every tenant, for the history of grades: a grade falls by itself when a sensor is silent."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from dothi.broker import grading
from dothi.broker.live import shape
from dothi.broker.live.around import Around
from dothi.broker.live.port import LiveStore
from dothi.broker.live.worst import grade_of
from dothi.foundation.grade import Grade

Things = list[tuple[str, dict[str, Any], dict[str, Any]]]
"""Tenant, thing in the shape of screens, tallies by short name of the attribute."""


async def grades(store: LiveStore, at: datetime) -> list[tuple[tuple[str, str, str], Grade]]:
    """((tenant, entity, attribute), grade) of what is tested; muted and retired sensors have none."""
    things = await _things(store)
    near = Around((tenant, thing) for tenant, thing, _ in things)
    found: list[tuple[tuple[str, str, str], Grade]] = []
    for tenant, thing, tallies in things:
        if not tallies or thing.get("status") in {"muted", "retired"}:
            continue
        around = near.of(tenant, thing)
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
