# SPDX-License-Identifier: Apache-2.0
"""A small HTTP/1.1 client for load: prepared bytes out, status and length in, nothing else done on the way.

In a closed loop each connection sends when it was answered. With a rate, requests have their time by the clock
and a late start counts as waiting, so a stalled server cannot hide behind its own silence.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

_NO_CONTENT = b"HTTP/1.1 204 "


@dataclass
class Outcome:
    """Seconds each request took, how many were refused, and how long the run lasted."""

    taken: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0


class Connection(asyncio.Protocol):
    """One connection with at most one request under way."""

    def __init__(self, idle: Callable[[Connection, int, float], None]) -> None:
        self.idle = idle
        self.begun = 0.0
        self.need = -1
        self.status = 0
        self.buffer = b""
        self.closed = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self.transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, begun: float) -> None:
        assert self.transport is not None
        self.begun = begun
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if not self.buffer and data.startswith(_NO_CONTENT) and data.endswith(b"\r\n\r\n"):
            self.idle(self, 204, time.perf_counter() - self.begun)
            return
        self.buffer += data
        if self.need < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            self.status = int(head[9:12])
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.need = end + 4 + length
        if len(self.buffer) < self.need:
            return
        self.buffer, self.need = self.buffer[self.need :], -1
        self.idle(self, self.status, time.perf_counter() - self.begun)

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed = True


class Load:
    """Requests over `connections` to 127.0.0.1 for `seconds`; `rate` a second in all, or as fast as answered."""

    def __init__(self, *, requests: Iterator[bytes], seconds: float, rate: float = 0.0) -> None:
        self.requests = requests
        self.seconds = seconds
        self.rate = rate
        self.outcome = Outcome()
        self.free: deque[Connection] = deque()
        self.end = 0.0
        self.under_way = 0
        self.finished = asyncio.Event()

    async def run(self, port: int, connections: int) -> Outcome:
        loop = asyncio.get_running_loop()
        opened = [
            (await loop.create_connection(lambda: Connection(self._answered), "127.0.0.1", port))[1]
            for _ in range(connections)
        ]
        begun = time.perf_counter()
        self.end = begun + self.seconds
        if self.rate:
            self.free.extend(opened)
            await self._paced(begun)
        else:
            for connection in opened:
                self._next(connection, time.perf_counter())
        try:
            await asyncio.wait_for(self.finished.wait(), self.seconds + 10)
        except TimeoutError:
            self.outcome.refused += self.under_way
        self.outcome.seconds = min(time.perf_counter(), self.end) - begun
        for connection in opened:
            if connection.transport:
                connection.transport.close()
        return self.outcome

    async def _paced(self, begun: float) -> None:
        number = 0
        waiting: deque[float] = deque()
        while (now := time.perf_counter()) < self.end:
            while begun + number / self.rate <= now:
                waiting.append(begun + number / self.rate)
                number += 1
            while waiting and self.free:
                self._next(self.free.popleft(), waiting.popleft())
            await asyncio.sleep(0.001)
        self.outcome.refused += len(waiting)
        if not self.under_way:
            self.finished.set()

    def _next(self, connection: Connection, begun: float) -> None:
        self.under_way += 1
        connection.send(next(self.requests), begun)

    def _answered(self, connection: Connection, status: int, taken: float) -> None:
        self.under_way -= 1
        if 200 <= status < 300:
            self.outcome.taken.append(taken)
        else:
            self.outcome.refused += 1
        if time.perf_counter() >= self.end:
            if not self.under_way:
                self.finished.set()
        elif self.rate:
            self.free.append(connection)
        else:
            self._next(connection, time.perf_counter())
