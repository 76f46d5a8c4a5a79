# SPDX-License-Identifier: Apache-2.0
"""/healthz, /readyz and /metrics, and the measuring of every request that a broker process answers."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from dothi.cityhall import ports
from dothi.cityhall.folders import free_bytes
from dothi.foundation.metrics import Registry, joined
from dothi.foundation.settings import Settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Alive = Callable[[], Awaitable[bool]]

_PARTS = frozenset({"ngsi-ld", "live", "ingest"})
PATHS = ("/healthz", "/readyz", "/metrics")
WRITE_EVERY = 2.0


class Health:
    """Answers its three addresses, passes everything else on, and measures it."""

    def __init__(self, inner: App, settings: Settings, registry: Registry, store_answers: Alive) -> None:
        self._inner = inner
        self._settings = settings
        self._registry = registry
        self._store_answers = store_answers
        self._answered: dict[tuple[str, str, int], int] = {}
        self._lasted: dict[tuple[str, str], list[float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        path: str = scope["path"]
        if path in PATHS:
            await self._answer(path, send)
            return
        begun = time.perf_counter()
        status = 500

        def noting(message: MutableMapping[str, Any]) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        try:
            await self._inner(scope, receive, noting)
        finally:
            self._note(path, scope["method"], status, time.perf_counter() - begun)

    def _note(self, path: str, method: str, status: int, seconds: float) -> None:
        """Kept here until the figures are written, for there are thousands a second."""
        part = path.split("/", 2)[1]
        key = (part if part in _PARTS else "other", method, status)
        self._answered[key] = self._answered.get(key, 0) + 1
        if path != "/live/events":
            self._lasted.setdefault(key[:2], []).append(seconds)

    def gather(self) -> None:
        """Put what was noted since the last time among the figures of this process."""
        answered, self._answered = self._answered, {}
        lasted, self._lasted = self._lasted, {}
        for (part, method, status), times in answered.items():
            self._registry.count(
                "dothi_requests_total",
                "Requests answered.",
                times,
                part=part,
                method=method,
                status=str(status),
            )
        for (part, method), seconds in lasted.items():
            self._registry.spans(
                "dothi_request_seconds", "Time to answer.", seconds, part=part, method=method
            )

    async def _answer(self, path: str, send: Send) -> None:
        if path == "/metrics":
            self.gather()
            with contextlib.suppress(OSError):
                self._registry.write(self._settings.run_path)
            await _send(send, 200, b"text/plain; version=0.0.4", joined(self._settings.run_path).encode())
            return
        if path == "/healthz":
            await _send(send, 200, b"application/json", b'{"status":"ok"}')
            return
        parts = await self.parts()
        status = 200 if all(parts.values()) else 503
        body = msgspec.json.encode({"status": "ready" if status == 200 else "not ready", "parts": parts})
        await _send(send, status, b"application/json", body)

    async def parts(self) -> dict[str, bool]:
        """Whether each part that a user needs is there."""
        run = self._settings.run_path
        web = await asyncio.to_thread(ports.socket_answers, str(run / "web.sock"))
        return {
            "store": await self._store_answers(),
            "web": web,
            "ingest": (run / "ingest.ready").exists(),
            "jobs": (run / "jobs.ready").exists(),
        }

    async def keep_writing(self) -> None:
        """Leave this process's figures in the run folder, again and again."""
        while True:
            self._registry.level(
                "dothi_disk_free_bytes", "Room on the disk of the data.", free_bytes(self._settings.data_path)
            )
            self.gather()
            with contextlib.suppress(OSError):  # a full disk takes the figures, not the task
                self._registry.write(self._settings.run_path)
            await asyncio.sleep(WRITE_EVERY)


async def _send(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
