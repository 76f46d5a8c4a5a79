# SPDX-License-Identifier: Apache-2.0
"""GET /live/events: the stream of changes (server-sent events, HTML 9.2) with Last-Event-ID.

A viewer that comes back gets what it missed as one frame; from memory, else from the change log; when both have
forgotten, `event: resync` says: fetch the state again. A heartbeat each second makes a dead line visible.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from dothi.broker.live import state
from dothi.broker.live.answer import Query, Receive, Scope, Send, header
from dothi.broker.live.hub import HEARTBEAT, Group, Hub, Wish
from dothi.broker.live.port import Viewer

ASK_AGAIN = 5.0
"""Seconds after which a stream asks again whether its viewer may still see it."""
RESYNC = b"event: resync\ndata: {}\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def catch_up(hub: Hub, wish: Wish, after: int) -> bytes:
    """What a viewer missed since `after`; a resync when nobody knows any more."""
    if after > hub.seq and after > await hub.store.head():
        return RESYNC
    missed = hub.missed(wish, after)
    return RESYNC if missed is None else missed


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stream(
    group: Group, send: Send, gone: asyncio.Task[None], number: int, still: Callable[[], Awaitable[bool]]
) -> None:
    loop = asyncio.get_running_loop()
    asked = loop.time()
    while not gone.done():
        if loop.time() - asked > ASK_AGAIN:
            asked = loop.time()
            if not await still():
                return
        woken = group.woken
        newest, chunk = group.after(number)
        if newest == number:
            await woken.wait()
            continue
        number = newest
        await send(
            {"type": "http.response.body", "body": RESYNC if chunk is None else chunk, "more_body": True}
        )


async def answer(
    hub: Hub,
    viewer: Viewer,
    query: Query,
    scope: Scope,
    receive: Receive,
    send: Send,
    still: Callable[[], Awaitable[bool]],
) -> None:
    """Until the viewer goes, or `still` says that it may not see this any more."""
    await state.ready(hub)
    wish = state.wish_of(query, viewer)
    last = header(scope, b"last-event-id") or query.text("last")
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    gone = asyncio.create_task(_gone(receive))
    group = hub.join(wish)
    try:
        number = group.number
        first = await catch_up(hub, wish, int(last[:18])) if last.isascii() and last.isdigit() else HEARTBEAT
        await send({"type": "http.response.body", "body": first, "more_body": True})
        await _stream(group, send, gone, number, still)
        # Ended by us: the browser comes back, and is asked who it is.
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        hub.leave(wish)
        gone.cancel()
