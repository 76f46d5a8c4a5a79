# SPDX-License-Identifier: Apache-2.0
"""Writing what was mapped: wait while the store cannot, single out what it refuses, lose nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Protocol

import psycopg
import structlog

from dothi.broker.model import Result, Write
from dothi.connectors.intake import Intake
from dothi.foundation.errors import DothiError

LONGEST_PAUSE = 5.0
log = structlog.get_logger(__name__)


class Broker(Protocol):
    """The part of `broker.door.Broker` that is needed here."""

    async def write(self, writes: Sequence[Write], /) -> list[Result]: ...


def can_wait(error: BaseException) -> bool:
    """Whether the same write may succeed later: the store is busy, full or away."""
    if isinstance(error, DothiError):
        return error.retryable
    if isinstance(error, (psycopg.errors.DataError, psycopg.errors.IntegrityError)):
        return False
    return isinstance(error, (psycopg.Error, OSError))


async def write_all(
    broker: Broker, writes: Sequence[Write], intake: Intake, *, way: str, stop: asyncio.Event
) -> bool:
    """Write until it is committed; True then. False when `stop` came first: nothing may be acknowledged."""
    pause = 0.1
    while writes:
        try:
            results = await write_singly(broker, writes)
        except (DothiError, psycopg.Error, OSError) as error:
            log.warning("ingest.store.waits", error=str(error), seconds=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            if stop.is_set():
                return False
            pause = min(pause * 2, LONGEST_PAUSE)
            continue
        count(results, writes, intake, way=way)
        return True
    return True


async def write_singly(broker: Broker, writes: Sequence[Write]) -> list[Result]:
    """Write, halving until what the store cannot keep stands alone: that one's result is `refused`.

    Raises only what may pass: busy, full, away.
    """
    if not writes:
        return []
    try:
        return await broker.write(writes)
    except Exception as error:
        if can_wait(error):
            raise
        if len(writes) == 1:
            log.exception("ingest.write.refused", entity=writes[0].id)
            return [Result(status="refused", detail=str(error))]
    half = len(writes) // 2
    return [*await write_singly(broker, writes[:half]), *await write_singly(broker, writes[half:])]


def count(results: Sequence[Result], writes: Sequence[Write], intake: Intake, *, way: str) -> None:
    """Add what became of writes to the counters."""
    for result, write in zip(results, writes, strict=True):
        if result.status in {"refused", "outside"}:
            detail = result.detail or "" if result.status == "refused" else ""
            device = intake.directory.by_entity.get(write.id)
            registered = intake.directory.sources.get(device.source_id) if device is not None else None
            intake.refuse(
                registered.row if registered else None,
                way=way,
                reason="store" if result.status == "refused" else "outside",
                topic=write.id,
                key=device.key if device is not None else "",
                detail=detail,
            )
        else:
            intake.counts["repeats"] += result.repeats
            intake.counts["conflicts"] += result.conflicts
            intake.counts["late"] += result.late
            intake.counts["stored"] += 1
