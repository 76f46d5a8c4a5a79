# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import json

import pytest
from tests.broker.live.memory import MemoryStore, attribute

from dothi.broker.live import events
from dothi.broker.live.hub import FRAMES_KEPT, HEARTBEAT, Hub, Wish

ALL = Wish("")


def loaded(store: MemoryStore) -> Hub:
    hub = Hub(store)
    asyncio.run(hub.load())
    return hub


def told(frame: bytes) -> dict:
    return json.loads(frame.split(b"data: ", 1)[1])


async def follow(hub: Hub, store: MemoryStore) -> None:
    for change in await store.changes(hub.seq, 1000):
        hub.apply(change)


def test_frame_has_the_last_word_of_each_attribute_when_changes_are_many():
    store = MemoryStore()
    store.write("a", {"pm25": attribute(1), "name": attribute("Bến Sậy")}, kind="created")
    hub = loaded(store)
    group = hub.join(ALL)

    store.write("a", {"pm25": attribute(2)})
    store.write("a", {"pm25": attribute(3), "pm10": attribute(9)})
    asyncio.run(follow(hub, store))
    hub.flush(100.0)

    changes = told(group.frames[-1][1])["changes"]
    assert changes == [
        {"id": "a", "attrs": {"pm25": {"v": 3, "t": "Property"}, "pm10": {"v": 9, "t": "Property"}}}
    ]
    assert hub.state[""]["a"]["name"] == "Bến Sậy"


def test_frame_says_gone_when_entity_is_deleted():
    store = MemoryStore()
    store.write("a", {"pm25": attribute(1)}, kind="created")
    hub = loaded(store)
    group = hub.join(ALL)

    store.write("a", {}, kind="deleted")
    asyncio.run(follow(hub, store))
    hub.flush(100.0)

    assert (told(group.frames[-1][1])["changes"], told(group.frames[-1][1])["gone"]) == ([], ["a"])
    assert hub.state[""] == {}


def test_viewers_of_another_tenant_or_type_hear_nothing():
    store = MemoryStore()
    store.write("a", {"pm25": attribute(1)}, kind="created")
    hub = loaded(store)
    other, rain = hub.join(Wish("other")), hub.join(Wish("", types=frozenset({"Rain"})))

    store.write("a", {"pm25": attribute(2)})
    asyncio.run(follow(hub, store))
    hub.flush(100.0)

    assert [frame for _, frame in [*other.frames, *rain.frames]] == [HEARTBEAT, HEARTBEAT]


def test_scope_takes_the_units_below_but_not_those_that_only_start_alike():
    wish = Wish("", scopes=("/city/1",))

    assert [
        wish.wants({"id": "a", "scope": [scope]}) for scope in ("/city/1", "/city/1/x", "/city/12", "/city")
    ] == [
        True,
        True,
        False,
        False,
    ]


def test_late_reading_leaves_the_screen_as_it_is():
    store = MemoryStore()
    store.write("a", {"pm25": attribute(5)}, kind="created")
    hub = loaded(store)

    store.write("a", {"pm25": attribute(1)}, kind="late")
    asyncio.run(follow(hub, store))

    assert hub.state[""]["a"]["attrs"]["pm25"]["v"] == 5
    assert hub.seq == 2


def test_group_tells_resync_when_viewer_is_too_far_behind():
    hub = Hub(MemoryStore())
    group = hub.join(ALL)
    for number in range(FRAMES_KEPT + 1):
        group.put(b"%d;" % number, 0.0)

    assert group.after(0) == (FRAMES_KEPT + 1, None)
    assert group.after(FRAMES_KEPT - 1) == (FRAMES_KEPT + 1, b"%d;%d;" % (FRAMES_KEPT - 1, FRAMES_KEPT))


@pytest.mark.parametrize("after", [1, 2])
def test_catch_up_gives_one_frame_with_what_was_missed(after: int):
    store = MemoryStore()
    store.write("a", {"pm25": attribute(1)}, kind="created")
    hub = loaded(store)
    for value in (2, 3):
        store.write("a", {"pm25": attribute(value)})
    asyncio.run(follow(hub, store))

    frame = asyncio.run(events.catch_up(hub, ALL, after))

    assert told(frame)["changes"] == [{"id": "a", "attrs": {"pm25": {"v": 3, "t": "Property"}}}]
    assert told(frame)["seq"] == 3


def test_catch_up_says_resync_when_it_was_too_long_ago_or_in_another_life():
    store = MemoryStore()
    for value in range(5):
        store.write("a", {"pm25": attribute(value)})
    store.first = 4
    hub = loaded(store)

    assert [asyncio.run(events.catch_up(hub, ALL, after)) for after in (2, 6)] == [
        events.RESYNC,
        events.RESYNC,
    ]


def test_catch_up_is_served_from_the_log_when_the_process_is_new():
    store = MemoryStore()
    store.write("a", {"pm25": attribute(1), "name": attribute("Bến Sậy")}, kind="created")
    store.write("b", {"pm25": attribute(7)}, kind="created")
    for value in (2, 3):
        store.write("a", {"pm25": attribute(value)})
    store.write("b", {}, kind="deleted")

    frame = told(asyncio.run(events.catch_up(loaded(store), ALL, 2)))

    assert [(c["id"], c["attrs"]["pm25"]["v"]) for c in frame["changes"]] == [("a", 3)]
    assert (frame["gone"], frame["seq"]) == (["b"], 5)


@pytest.mark.parametrize("fresh", [False, True])
def test_frame_says_gone_when_a_thing_leaves_the_wish(*, fresh: bool):
    store = MemoryStore()
    store.write("a", {"pm25": attribute(1), "pm10": attribute(4)}, kind="created", scopes=["/city/1"])
    hub = loaded(store)
    store.write("a", {"pm25": attribute(2)}, scopes=["/city/2"])
    if fresh:
        hub = loaded(store)
    else:
        asyncio.run(follow(hub, store))

    left, came = (told(hub.missed(Wish("", scopes=(scope,)), 1) or b"") for scope in ("/city/1", "/city/2"))

    assert (left["changes"], left["gone"]) == ([], ["a"])
    assert ([sorted(c["attrs"]) for c in came["changes"]], came["gone"]) == ([["pm10", "pm25"]], [])


def test_hub_takes_the_state_anew_when_the_log_has_lost_what_it_did_not_read():
    async def scene() -> tuple[bytes, int]:
        store = MemoryStore()
        store.write("a", {"pm25": attribute(1)}, kind="created")
        hub = Hub(store)
        await hub.load()
        group = hub.join(ALL)
        for value in range(9):
            store.write("a", {"pm25": attribute(value)})
        store.first = 8
        await hub.start()
        for _ in range(100):
            await asyncio.sleep(0.01)
            if group.frames:
                break
        await hub.close()
        return group.frames[0][1], hub.state[""]["a"]["attrs"]["pm25"]["v"]

    assert asyncio.run(scene()) == (events.RESYNC, 8)
