# SPDX-License-Identifier: Apache-2.0
"""The hub: one reader of the change log per process, the current state in memory, frames for all viewers.

A frame is built once for each distinct wish (tenant, types, scopes, ids) and the same bytes go to every viewer
of that group. A viewer that falls behind the group's last frames is told to resynchronise; nobody waits for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from dothi.broker.live import shape, sight
from dothi.broker.live.port import LiveStore
from dothi.broker.live.sight import Delta, Names
from dothi.broker.model import RECORD_ONLY, Change, term
from dothi.broker.reach import Reach
from dothi.foundation import clock, log

RING = 20_000
"""Recent changes kept for viewers that come back."""

FRAMES_KEPT = 16
HEARTBEAT = b": \n\n"
_BATCH = 2_000
_KEEP_EVERY = 5.0
_POLL = 0.3  # a wake-up may come between reading and waiting
_encode = msgspec.json.Encoder().encode
_logger = log.get(__name__)


class Wish(NamedTuple):
    """What a viewer wants to see; an empty set means everything."""

    tenant: str
    types: frozenset[str] = frozenset()
    scopes: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()
    reach: Reach | None = None
    """How far the viewer may see; what a wish wants is judged of what lies inside."""

    def has_left(self, delta: Delta) -> bool:
        """Whether a viewer with this wish may show the thing and shall not any more."""
        if delta.was is None or self.wants(delta.head):
            return False
        return self.wants(delta.was) if "type" in delta.was else not self.ids or delta.head["id"] in self.ids

    def wants(self, thing: dict[str, Any]) -> bool:
        """Whether it is shown; things with an extent are in the geometry only."""
        if "geometry" in thing:
            return False
        if self.ids and thing["id"] not in self.ids:
            return False
        if self.types and thing.get("type") not in self.types:
            return False
        return not self.scopes or any(
            scope == wanted or scope.startswith(f"{wanted}/")
            for wanted in self.scopes
            for scope in thing.get("scope", ())
        )


class Group:
    """Viewers with one wish, and the last frames they may still have to be sent."""

    def __init__(self) -> None:
        self.viewers = 0
        self.frames: deque[tuple[int, bytes]] = deque(maxlen=FRAMES_KEPT)
        self.number = 0
        self.sent_at = 0.0
        self.woken = asyncio.Event()

    def put(self, frame: bytes, at: float) -> None:
        self.number += 1
        self.sent_at = at
        self.frames.append((self.number, frame))
        woken, self.woken = self.woken, asyncio.Event()
        woken.set()

    def after(self, number: int) -> tuple[int, bytes | None]:
        """(newest number, the bytes since `number`); None when some of them are no longer kept."""
        if number < self.number - len(self.frames):
            return self.number, None
        return self.number, b"".join(frame for n, frame in self.frames if n > number)


def _seen(deltas: Iterable[Delta], wish: Wish, names: Names) -> Iterator[Delta]:
    """The changes of a wish's tenant as its viewer may hear of them."""
    for delta in deltas:
        if delta.tenant == wish.tenant:
            found = delta if wish.reach is None else sight.delta(delta, wish.reach, names)
            if found is not None:
                yield found


def merge(
    deltas: Iterable[Delta], wish: Wish, names: Names | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """(changes, gone): the deltas a wish wants, the last word for each attribute of each thing."""
    changes: dict[str, dict[str, Any]] = {}
    gone: dict[str, None] = {}
    for delta in _seen(deltas, wish, names or Names()):
        name, is_wanted = delta.head["id"], wish.wants(delta.head)
        if wish.has_left(delta) or (is_wanted and delta.changed is None):
            changes.pop(name, None)
            gone[name] = None
            continue
        if not is_wanted or delta.changed is None:
            continue
        gone.pop(name, None)
        known = changes.get(name)
        if known is None:
            changes[name] = {**delta.changed, "attrs": dict(delta.changed["attrs"])}
        else:
            attrs = known["attrs"] | delta.changed["attrs"]
            known.update(delta.changed)
            known["attrs"] = attrs
    return list(changes.values()), list(gone)


def head_of(thing: dict[str, Any], types: Sequence[str] = ()) -> dict[str, Any]:
    """What a thing is filtered by."""
    head = {"id": thing["id"], "type": thing.get("type"), "types": types, "scope": thing.get("scope", [])}
    return {**head, "geometry": True} if "geometry" in thing else head


def frame(seq: int, at: str, changes: list[dict[str, Any]], gone: list[str]) -> bytes:
    """One event of the stream."""
    data = _encode({"seq": seq, "at": at, "changes": changes, "gone": gone})
    return b"event: frame\nid: %d\ndata: %b\n\n" % (seq, data)


class Hub:
    """Current state of every tenant and the groups of viewers. `start`, then `close`."""

    def __init__(self, store: LiveStore, name: str = "live:0") -> None:
        self.store = store
        self.name = name
        self.seq = 0
        self.at = clock.iso(clock.now())
        self.state: dict[str, dict[str, dict[str, Any]]] = {}
        self.types: dict[str, dict[str, tuple[str, ...]]] = {}
        """Tenant -> id -> IRIs of the thing's types: screens get one short name, limits go by all."""

        self.names: dict[str, Names] = {}
        self._tuples: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.ring: deque[Delta] = deque(maxlen=RING)
        self.ring_from = 0
        self.groups: dict[Wish, Group] = {}
        self.ready = asyncio.Event()
        self._pending: list[Delta] = []
        self._kept, self._kept_at = -1, 0.0
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def interval(self) -> float:
        """Seconds between frames: 0.1 for a few viewers, 1 for two thousand."""
        return min(1.0, max(0.1, sum(group.viewers for group in self.groups.values()) / 2_000))

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._send())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def load(self) -> None:
        """Take the whole current state; changes of meanwhile come again by the log and change nothing."""
        head = await self.store.head()
        state: dict[str, dict[str, dict[str, Any]]] = {}
        self.types = {}
        async for tenant, one in await self.store.all_entities():
            state.setdefault(tenant, {})[one.id] = shape.entity(one)
            self._learn(tenant, one.id, one.types, one.attrs)
        self.state = state
        await self._remember(head)
        self.seq = head
        self.at = clock.iso(clock.now())
        self._pending.clear()
        self.ready.set()

    def _learn(self, tenant: str, id_: str, types: Sequence[str], attrs: Iterable[str]) -> None:
        names = self.names.get(tenant)
        if names is None:
            names = self.names[tenant] = Names()
        if not names.known.issuperset(attrs):
            names.learn(attrs)
        if types:
            known = self.types.setdefault(tenant, {})
            if list(known.get(id_, ())) != types:
                # Most things share their types with thousands: one tuple for all of them.
                kept = tuple(types)
                known[id_] = self._tuples.setdefault(kept, kept)

    def things(self, wish: Wish) -> list[dict[str, Any]]:
        """What there is now of a tenant for a viewer, extents included; what it wishes for is not judged here."""
        things = self.state.get(wish.tenant, {}).values()
        if wish.reach is None:
            return list(things)
        types, names = self.types.get(wish.tenant, {}), self.names.get(wish.tenant, Names())
        seen = (sight.thing(one, types.get(one["id"], ()), wish.reach, names) for one in things)
        return [one for one in seen if one is not None]

    def thing(self, tenant: str, id_: str, reach: Reach | None) -> dict[str, Any]:
        """One thing as a viewer sees it; empty when it is not there for it."""
        one = self.state.get(tenant, {}).get(id_)
        if one is None or reach is None:
            return one or {}
        types = self.types.get(tenant, {}).get(id_, ())
        return sight.thing(one, types, reach, self.names.get(tenant, Names())) or {}

    async def _remember(self, head: int) -> None:
        """Fill the ring from the log: who comes back after a restart of this process gets what was missed."""
        self.ring.clear()
        self.ring_from = after = max((await self.store.tail()) - 1, head - RING, 0)
        heads: dict[tuple[str, str], dict[str, Any]] = {}
        while after < head:
            changes = await self.store.changes(after, min(_BATCH, head - after))
            for change in changes:
                if change.seq <= head and change.kind not in RECORD_ONLY:
                    self.ring.append(self._recalled(change, heads))
            after = changes[-1].seq if changes else head
            await asyncio.sleep(0)

    def _recalled(self, change: Change, heads: dict[tuple[str, str], dict[str, Any]]) -> Delta:
        key = (change.tenant, change.id)
        now = self.state.get(change.tenant, {}).get(change.id, {})
        kind = term(change.types[0]) if change.types else now.get("type")
        types = tuple(change.types) or self.types.get(change.tenant, {}).get(change.id, ())
        head = head_of({**now, "id": change.id, "type": kind, "scope": change.scopes}, types)
        self._learn(change.tenant, change.id, (), change.attrs)
        before = heads.get(key, {"id": change.id})
        heads[key] = head
        if change.kind == "deleted":
            return Delta(change.seq, change.tenant, change.at, head, None)
        changed = {"id": change.id, "type": kind, "scope": change.scopes, **shape.attributes(change.attrs)}
        if before != head and now:
            changed = {**now, "attrs": dict(now["attrs"])}
        was = before if before != head and change.kind != "created" else None
        return Delta(change.seq, change.tenant, change.at, head, changed, was)

    def apply(self, change: Change) -> None:
        """Bring one change into the state, the ring and the next frame."""
        self.seq = change.seq
        self.at = change.at or self.at
        things = self.state.setdefault(change.tenant, {})
        if change.kind == "deleted":
            thing = things.pop(change.id, None)
            types = self.types.get(change.tenant, {}).pop(change.id, ())
            if thing is None:
                return
            self._note(Delta(change.seq, change.tenant, change.at, head_of(thing, types), None))
            return
        if change.kind in RECORD_ONLY:
            return  # the record knows it; the newest value on the screen does not change
        thing = things.get(change.id)
        part = shape.attributes(change.attrs)
        was = None if thing is None else head_of(thing, self.types[change.tenant].get(change.id, ()))
        self._learn(change.tenant, change.id, change.types, change.attrs)
        if thing is None:
            thing = things[change.id] = {"id": change.id, "attrs": {}}
        if change.types:
            thing["type"] = term(change.types[0])
        thing["scope"] = change.scopes
        if change.kind == "created":
            thing["attrs"] = {}
        for name, value in part["attrs"].items():
            if value is None:
                thing["attrs"].pop(name, None)
            else:
                thing["attrs"][name] = value
        if "lon" in part:
            thing.pop("geometry", None)
        thing.update({name: value for name, value in part.items() if name != "attrs"})
        changed = {"id": change.id, **part}
        head = head_of(thing, self.types[change.tenant].get(change.id, ()))
        # New to a viewer, whether it was made or came from elsewhere: the whole of it.
        if was != head or change.kind == "created":
            changed = {**thing, "attrs": dict(thing["attrs"])}
        self._note(Delta(change.seq, change.tenant, change.at, head, changed, was if was != head else None))

    def _note(self, delta: Delta) -> None:
        if len(self.ring) == self.ring.maxlen:
            self.ring_from = self.ring[0].seq
        self.ring.append(delta)
        self._pending.append(delta)

    def join(self, wish: Wish) -> Group:
        group = self.groups.setdefault(wish, Group())
        group.viewers += 1
        return group

    def leave(self, wish: Wish) -> None:
        group = self.groups[wish]
        group.viewers -= 1
        if not group.viewers:
            del self.groups[wish]

    def missed(self, wish: Wish, after: int) -> bytes | None:
        """One frame with everything since `after`; None when the ring no longer has it."""
        if after < self.ring_from:
            return None
        since = [delta for delta in self.ring if delta.seq > after and delta.tenant == wish.tenant]
        if wish.reach is not None and not sight.is_sure(since):
            return None
        changes, gone = merge(since, wish, self.names.get(wish.tenant))
        return frame(self.seq, self.at, changes, gone)

    async def _read(self) -> None:
        while True:
            try:
                await self._follow()
            except Exception as error:  # noqa: BLE001 - loop edge: the store may be away for a while; try again
                _logger.warning("live stream waits for the store", error=repr(error))
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        if not self.ready.is_set():
            await self.load()
        while True:
            changes = await self.store.changes(self.seq, _BATCH)
            if changes and changes[0].seq > self.seq + 1 and self.seq + 1 < await self.store.tail():
                await self.reload()
                continue
            for change in changes:
                self.apply(change)
            await self._keep()
            if len(changes) < _BATCH:
                await self.store.wait(_POLL)
            else:
                await asyncio.sleep(0)

    async def _keep(self) -> None:
        """Move the durable cursor now and then; the log may forget what every reader has passed."""
        now = asyncio.get_running_loop().time()
        if self.seq != self._kept and now - self._kept_at > _KEEP_EVERY:
            self._kept, self._kept_at = self.seq, now
            await self.store.keep_cursor(self.name, self.seq)

    async def reload(self) -> None:
        """The log has lost changes that were not read: take the state anew and tell every viewer."""
        await self.load()
        now = asyncio.get_running_loop().time()
        for group in self.groups.values():
            group.put(b"event: resync\ndata: {}\n\n", now)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.interval)
            self.flush(loop.time())

    def flush(self, now: float) -> None:
        """Give every group its frame; a heartbeat to those that heard nothing for most of a second."""
        deltas, self._pending = self._pending, []
        for wish, group in self.groups.items():
            changes, gone = merge(deltas, wish, self.names.get(wish.tenant)) if deltas else ([], [])
            if changes or gone:
                group.put(frame(self.seq, self.at, changes, gone), now)
            elif now - group.sent_at >= 0.85:
                group.put(HEARTBEAT, now)
