# SPDX-License-Identifier: Apache-2.0
"""GET /live/state: every thing on the screen, now from memory, or as it was known at an instant."""

from __future__ import annotations

import asyncio
from typing import Any

from dothi.broker.live import shape
from dothi.broker.live.answer import Query, Send, send_json
from dothi.broker.live.hub import Hub, Wish
from dothi.broker.live.port import Viewer
from dothi.foundation import clock
from dothi.foundation.errors import Busy

_READY_WITHIN = 10.0


def wish_of(query: Query, viewer: Viewer) -> Wish:
    """The filter an address asks for."""
    return Wish(
        tenant=viewer.tenant,
        reach=viewer.reach,
        types=frozenset(query.words("type")),
        scopes=tuple(sorted(scope.rstrip("/") for scope in query.words("scope") if scope != "/")),
        ids=frozenset(query.words("id")),
    )


async def ready(hub: Hub) -> None:
    """Wait until the hub has its state; Busy when that takes too long."""
    try:
        await asyncio.wait_for(hub.ready.wait(), _READY_WITHIN)
    except TimeoutError as error:
        raise Busy("foundation.busy", seconds=2, retry_after=2) from error


async def answer(hub: Hub, viewer: Viewer, query: Query, send: Send) -> None:
    wish = wish_of(query, viewer)
    at = query.time("at")
    entities: list[dict[str, Any]]
    if at is None:
        await ready(hub)
        seq, seen = hub.seq, hub.at
        entities = [thing for thing in hub.things(wish) if wish.wants(thing)]
    else:
        seq, seen = 0, clock.iso(at)
        entities = [
            thing
            for thing in (
                shape.entity(one) for one in await hub.store.within(viewer.reach).state_at(viewer.tenant, at)
            )
            if wish.wants(thing)
        ]
    await send_json(
        send, {"seq": seq, "at": seen, "server_time": clock.iso(clock.now()), "entities": entities}
    )
