# SPDX-License-Identifier: Apache-2.0
"""Keeps a process's directory true and its counters on disk, on one connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection

from dothi.connectors.intake import Intake
from dothi.sources.core import store

FLUSH_SECONDS = 1.0
REFILL_SECONDS = 60.0
log = structlog.get_logger(__name__)
Changed = Callable[[], Awaitable[None]]


class Keeper:
    """`fill` once before anything is taken, then `run` beside it. `changed` is called after each refill."""

    def __init__(self, url: str, intake: Intake, changed: Changed | None = None) -> None:
        self._url = url
        self._intake = intake
        self._changed = changed
        self._stale = False

    async def fill(self) -> None:
        """Read what is registered now."""
        async with await AsyncConnection.connect(self._url, autocommit=True) as connection:
            await self._fill(connection)

    async def _fill(self, connection: AsyncConnection[Any]) -> None:
        sources = await store.load_sources(connection)
        devices = await store.load_devices(connection)
        self._intake.directory.fill(sources, devices)
        self._stale = False
        if self._changed is not None:
            await self._changed()

    async def run(self, stop: asyncio.Event) -> None:
        """Follow changes and write counters until `stop`; a lost database is taken up again."""
        while not stop.is_set():
            try:
                async with await AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {store.CHANNEL}".encode())
                    await self._fill(connection)
                    await self._follow(connection, stop)
            except (psycopg.Error, OSError) as error:
                log.warning("directory.interrupted", error=str(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1.0)

    async def _follow(self, connection: AsyncConnection[Any], stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        filled = loop.time()
        while not stop.is_set():
            async for _ in connection.notifies(timeout=FLUSH_SECONDS, stop_after=1):
                self._stale = True
            if self._stale or loop.time() - filled > REFILL_SECONDS:
                await self._fill(connection)
                filled = loop.time()
            await self._flush(connection)
        await self._flush(connection)

    async def _flush(self, connection: AsyncConnection[Any]) -> None:
        seen, refused = self._intake.drain()
        links = self._intake.drain_links()
        if seen or refused or links:
            async with connection.transaction():
                await store.record_links(connection, links)
                await store.record_seen(connection, seen)
                await store.record_refusal(connection, refused)
