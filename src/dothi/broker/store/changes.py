# SPDX-License-Identifier: Apache-2.0
"""Readers of the change log: durable cursors, at least once, in order; a wake-up only saves waiting."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from dothi.broker.model import Change
from dothi.broker.store.rows import decode
from dothi.foundation import clock
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("changes.sql")).items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ChangeLog:
    """Reads the log for one process; one LISTEN connection wakes all its readers."""

    def __init__(self, url: str, pool: AsyncConnectionPool[Any]) -> None:
        self.url = url
        self.pool = pool
        self.bell = asyncio.Condition()
        self.rung = 0
        self.task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    async def open(self) -> None:
        self.task = asyncio.create_task(self._listen(), name="change-listener")
        # Cancelled in the middle of its log-in, a connection stays half open, and PostgreSQL's DROP DATABASE waits
        # for it until the log-in times out.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.listening.wait(), 5)

    async def close(self) -> None:
        if self.task:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
                    await connection.execute(SQL["listen"])
                    self.listening.set()
                    async for _ in connection.notifies():
                        await self._ring()
            await asyncio.sleep(0.2)

    async def _ring(self) -> None:
        async with self.bell:
            self.rung += 1
            self.bell.notify_all()

    async def wait(self, seconds: float) -> None:
        """Return when somebody wrote since the call began, or after `seconds`."""
        heard = self.rung
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self.bell:
                await self.bell.wait_for(lambda: self.rung != heard)

    async def head(self) -> int:
        """The newest seq; 0 when nothing was ever written."""
        return int((await self._one("head"))[0])

    async def tail(self) -> int:
        """The oldest seq that the log still has; head + 1 when it is empty."""
        found = (await self._one("tail"))[0]
        return int(found) if found is not None else await self.head() + 1

    async def _one(self, query: str, *params: Any) -> tuple[Any, ...]:
        async with self.pool.connection() as connection:
            row = await (await connection.execute(SQL[query], params)).fetchone()
        return tuple(row) if row else (None,)

    async def read_after(self, seq: int, limit: int = 1000) -> list[Change]:
        """Changes with a larger seq, in order."""
        async with self.pool.connection() as connection:
            rows = await (await connection.execute(SQL["after"], (seq, limit))).fetchall()
        return [
            Change(
                seq=r[0],
                tenant=r[1],
                id=r[2],
                at=clock.iso(_EPOCH + timedelta(microseconds=r[3])),
                **decode(r[4]),
            )
            for r in rows
        ]

    async def cursor(self, name: str) -> int | None:
        """Where the reader of this name stands; None for a new one."""
        found = (await self._one("cursor", name))[0]
        return None if found is None else int(found)

    async def keep_cursor(self, name: str, seq: int) -> None:
        """The reader of this name has dealt with everything up to `seq`."""
        async with self.pool.connection() as connection:
            await connection.execute(SQL["keep_cursor"], (name, seq))

    async def follow(self, name: str, *, limit: int = 1000) -> AsyncIterator[list[Change]]:
        """Batches of changes for the reader `name`, from where it stands; the cursor moves after each batch is done."""
        stands = await self.cursor(name)
        if stands is None:
            stands = await self.head()
            await self.keep_cursor(name, stands)
        while True:
            batch = await self.read_after(stands, limit)
            if not batch:
                await self.wait(1.0)
                continue
            yield batch
            stands = batch[-1].seq
            await self.keep_cursor(name, stands)
