# SPDX-License-Identifier: Apache-2.0
"""What runs beside the ways in: the outbox taken in, the store kept in order. One loop each, ended by `stop`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import psycopg
from psycopg_pool import PoolTimeout

from dothi.broker.door import Broker
from dothi.broker.store import maintenance
from dothi.foundation import clock, log
from dothi.foundation.errors import DothiError

OUTBOX_EVERY = 0.2
EXPIRY_EVERY = 10.0
UPKEEP_EVERY = 300.0
FIRST_PACKING = 30.0
"""Seconds after the start: until then devices and browsers come back and need the machine."""
GRADES_EVERY = 60.0
AFTER_TROUBLE = 2.0
BATCH = 500

_log = log.get(__name__)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _again(stop: asyncio.Event, name: str, act: Callable[[], Awaitable[float]]) -> None:
    """Do `act` until `stop`, pausing as long as it says; troubles of the store pass by themselves."""
    while not stop.is_set():
        try:
            pause = await act()
        except (DothiError, psycopg.Error, PoolTimeout, OSError) as error:
            _log.warning("upkeep.interrupted", work=name, error=str(error))
            pause = AFTER_TROUBLE
        if pause:
            await _pause(stop, pause)


async def run(broker: Broker, stop: asyncio.Event, is_low: Callable[[], bool] = lambda: False) -> None:
    """All of it until `stop`. `is_low`: whether the disk is; packing writes before it frees, so it waits then."""

    async def outbox() -> float:
        taken = await maintenance.drain_outbox(broker.pool, broker, most=BATCH)
        return 0.0 if taken == BATCH else OUTBOX_EVERY

    async def expiry() -> float:
        await maintenance.expire_entities(broker.pool, broker, clock.now())
        return EXPIRY_EVERY

    begun = False

    async def order() -> float:
        nonlocal begun
        first, begun = not begun, True
        report = await maintenance.run(broker.pool, clock.now(), pack=not first and not is_low())
        _log.info("upkeep.done", partitions=report.partitions_made, packed=report.rows_packed)
        return FIRST_PACKING if first else UPKEEP_EVERY

    async def grades() -> float:
        changed = await broker.keep_grades(clock.now())
        _log.info("upkeep.grades", changed=changed)
        return GRADES_EVERY

    works = {"outbox": outbox, "expiry": expiry, "order": order, "grades": grades}
    async with asyncio.TaskGroup() as tasks:
        for name, act in works.items():
            tasks.create_task(_again(stop, name, act))
