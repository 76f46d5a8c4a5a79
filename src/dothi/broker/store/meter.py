# SPDX-License-Identifier: Apache-2.0
"""How often keys are used: counted in memory, added up for all processes once a second.

A quota is held to by what this process has admitted and what it has last heard of the others: together they admit no
more beyond it than the others took in since then, about one second. A process that dies takes as much with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any, Protocol

import msgspec
import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dothi.broker.errors import QuotaReached
from dothi.foundation import clock, log
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("meter.sql")).items()}
EVERY = 1.0
"""Seconds between two times at which the processes tell each other."""
NOTED_EVERY = 10.0
"""Seconds for which `last_used` of a key may be behind."""
MOST = 50_000
"""Keys whose counts are held; those at rest are forgotten first."""
_EAST = 7 * 3600
_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_log = log.get(__name__)


class Metered(Protocol):
    """What is needed of a key."""

    @property
    def id(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def per_minute(self) -> int | None: ...
    @property
    def per_day(self) -> int | None: ...


class Count(msgspec.Struct):
    """Of one key: what all processes had when it was last added up, and what came here since."""

    tenant: str
    minute: int
    day: int
    told_minute: int = 0
    told_day: int = 0
    new_minute: int = 0
    new_day: int = 0
    refused: int = 0
    noted: float = 0.0
    by_minute: bool = False


class Meter:
    """Counts for one process. `run` until `stop`; a last `flush` at the end."""

    def __init__(
        self, pool: AsyncConnectionPool[Any], now: Callable[[], float] = lambda: clock.now().timestamp()
    ) -> None:
        self.pool = pool
        self.now = now
        self.counts: dict[str, Count] = {}
        self.past: dict[tuple[str, str, int], tuple[int, int]] = {}
        """(tenant, key, day) -> requests and refusals of days that ended before they were added up."""

    def admit(self, key: Metered) -> None:
        """Count one request; QuotaReached says when to come again."""
        at = self.now()
        count = self._count(key, at)
        if key.per_minute is not None and count.told_minute + count.new_minute >= key.per_minute:
            count.refused += 1
            raise QuotaReached("broker.quota.minute", most=key.per_minute, retry_after=60 - int(at % 60))
        if key.per_day is not None and count.told_day + count.new_day >= key.per_day:
            count.refused += 1
            left = _DAY - int((at + _EAST) % _DAY)
            raise QuotaReached("broker.quota.day", most=key.per_day, retry_after=left)
        count.new_minute += 1
        count.new_day += 1

    def refuse(self, key: Metered) -> None:
        """Count that something was refused to a key."""
        self._count(key, self.now()).refused += 1

    def _count(self, key: Metered, at: float) -> Count:
        minute, day = int(at // 60), int((at + _EAST) // _DAY)
        count = self.counts.get(key.id)
        if count is None:
            if len(self.counts) >= MOST:
                self.counts = {k: c for k, c in self.counts.items() if c.new_day or c.refused}
            count = self.counts[key.id] = Count(tenant=key.tenant, minute=minute, day=day)
        count.by_minute = key.per_minute is not None
        if count.minute != minute:
            count.minute, count.told_minute, count.new_minute = minute, 0, 0
        if count.day != day:
            if count.new_day or count.refused:
                self._keep(count.tenant, key.id, count.day, count.new_day, count.refused)
            count.day, count.told_day, count.new_day, count.refused = day, 0, 0, 0
        return count

    def _keep(self, tenant: str, key: str, day: int, requests: int, refused: int) -> None:
        before = self.past.get((tenant, key, day), (0, 0))
        self.past[tenant, key, day] = (before[0] + requests, before[1] + refused)

    async def run(self, stop: asyncio.Event) -> None:
        """Add up once a second until `stop`, and once more."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Add what is new to the counts of all processes, and hear of theirs."""
        minutes: dict[tuple[str, int], int] = {}
        for name, count in self.counts.items():
            if count.new_day or count.refused:
                self._keep(count.tenant, name, count.day, count.new_day, count.refused)
                count.told_day, count.new_day, count.refused = count.told_day + count.new_day, 0, 0
                if count.by_minute and count.new_minute:
                    minutes[name, count.minute] = count.new_minute
                    count.told_minute += count.new_minute
                count.new_minute = 0
        days, self.past = self.past, {}
        if not days:
            return
        try:
            await self._add(days, minutes)
        except (psycopg.Error, PoolTimeout, OSError) as error:
            _log.warning("uses of keys wait for the store", error=str(error))
            self._take_back(days, minutes)

    def _take_back(
        self, days: dict[tuple[str, str, int], tuple[int, int]], minutes: dict[tuple[str, int], int]
    ) -> None:
        for (tenant, name, day), (requests, refused) in days.items():
            self._keep(tenant, name, day, requests, refused)
        for (name, minute), requests in minutes.items():
            count = self.counts.get(name)
            if count is not None and count.minute == minute:
                count.told_minute -= requests
                count.new_minute += requests

    async def _add(
        self, days: dict[tuple[str, str, int], tuple[int, int]], minutes: dict[tuple[str, int], int]
    ) -> None:
        # In one order everywhere, so that two processes never wait for each other.
        listed = sorted((name, day, tenant, *n) for (tenant, name, day), n in days.items())
        at = self.now()
        used = [
            name
            for name, _, _, requests, _ in listed
            if requests and name in self.counts and at - self.counts[name].noted > NOTED_EVERY
        ]
        async with self.pool.connection() as connection, connection.transaction():
            columns = [list(c) for c in zip(*listed, strict=True)]
            columns[1] = [date.fromordinal(d + _EPOCH) for d in columns[1]]
            added = await connection.execute(SQL["add_days"], columns)
            told = await added.fetchall()
            by_minute = []
            if minutes:
                some = sorted((*k, n) for k, n in minutes.items())
                found = await connection.execute(
                    SQL["add_minutes"], [list(c) for c in zip(*some, strict=True)]
                )
                by_minute = await found.fetchall()
            if used:
                await connection.execute(SQL["used"], (sorted(set(used)),))
        self._hear(told, by_minute)
        for name in used:
            self.counts[name].noted = at

    def _hear(self, days: list[tuple[Any, ...]], minutes: list[tuple[Any, ...]]) -> None:
        for name, day, requests in days:
            count = self.counts.get(name)
            if count is not None and count.day == day.toordinal() - _EPOCH:
                count.told_day = requests
        for name, minute, requests in minutes:
            count = self.counts.get(name)
            if count is not None and count.minute == minute:
                count.told_minute = requests
