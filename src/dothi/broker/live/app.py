# SPDX-License-Identifier: Apache-2.0
"""The ASGI application of /live/*: who may look, which address, and errors as problem documents."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import psycopg

from dothi.broker.api import faults
from dothi.broker.live import events, geometry, grade, rows, series, state
from dothi.broker.live.answer import Query, Receive, Scope, Send, encode, header, send_body
from dothi.broker.live.hub import Hub
from dothi.broker.live.port import LiveStore, Viewer
from dothi.broker.live.worst import WorstFirst
from dothi.foundation import messages, problem
from dothi.foundation.errors import NotAllowed, NotAuthenticated, NotFound

Verify = Callable[[Scope, bool], Awaitable[Viewer | None]]
"""Who looks, by ticket or key; None: nobody we know who may read. The truth value: whether it counts as a request."""


_PATIENCE = 2.0


class LiveApp:
    """`await start()` once in the serving loop (the first request does it too); `await close()` at the end.

    `name`: the durable cursor of this process in the change log.
    """

    def __init__(self, store: LiveStore, verify: Verify, *, name: str = "live:0") -> None:
        self.hub = Hub(store, name)
        self._quality = WorstFirst()
        self._verify = verify
        self._starting = asyncio.Lock()
        self._started = False

    async def start(self) -> None:
        async with self._starting:
            if not self._started:
                self._started = True
                await self.hub.start()

    async def close(self) -> None:
        if self._started:
            await self.hub.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._answer(scope, receive, sending)
        except Exception as raised:  # noqa: BLE001 - the edge: whatever failed becomes one problem document
            request_id = header(scope, b"x-request-id") or uuid.uuid4().hex
            error = faults.known(raised, request_id)
            # What has begun ends here, unfinished: a file that broke off must not look complete.
            if not begun:
                language = messages.best_language(header(scope, b"accept-language"))
                body = encode(problem.body(error, language, request_id=request_id))
                await send_body(send, error.status, problem.CONTENT_TYPE, body, problem.headers(error))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise NotAllowed("broker.live.read_only")
        viewer = await self._verify(scope, True)
        if viewer is None:
            raise NotAuthenticated("broker.live.sign_in")

        async def still() -> bool:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._verify(scope, False) == viewer
            except (TimeoutError, psycopg.OperationalError):
                return True  # while the store is away nothing new is shown either

        await self.start()
        query = Query(scope)
        match scope["path"].rstrip("/").rsplit("/", 1)[-1]:
            case "state":
                await state.answer(self.hub, viewer, query, send)
            case "events":
                await events.answer(self.hub, viewer, query, scope, receive, send, still)
            case "geometry":
                await geometry.answer(self.hub, viewer, send)
            case "series":
                await series.answer(self.hub, viewer, query, send)
            case "rows":
                await rows.answer(self.hub, viewer, query, send)
            case "grade" | "quality" as of:
                language = query.text("language") or header(scope, b"accept-language")
                answer = grade.answer if of == "grade" else self._quality.answer
                await answer(self.hub, viewer, query, messages.best_language(language), send)
            case _:
                raise NotFound("foundation.not_found", what=scope["path"])
