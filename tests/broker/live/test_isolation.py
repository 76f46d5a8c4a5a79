# SPDX-License-Identifier: Apache-2.0
"""Viewers with limits: what the screens' addresses and the stream tell them of what is outside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from tests.broker.live.memory import DEFAULT, MemoryStore, attribute

from dothi.broker.door import Broker, Key
from dothi.broker.live.app import LiveApp
from dothi.broker.live.hub import Hub, Wish, frame, merge
from dothi.broker.model import Write
from dothi.broker.reach import Reach
from dothi.foundation import clock

LAMP, CHARLIE = "urn:ngsi-ld:Lamp:an", "urn:ngsi-ld:Safe:charlie"
REACHES = {
    "type": Reach(types=frozenset({f"{DEFAULT}Lamp"})),
    "scope": Reach(scopes=("/city/a",)),
    "attribute": Reach(attrs=frozenset({f"{DEFAULT}power"})),
}
HIDDEN = {
    "type": ("charlie", "Safe", "secret", "4711"),
    "scope": ("charlie", "Safe", "secret", "4711"),
    "attribute": ("secret", "4711", "An's lamp", "107.5", "Polygon"),
}


def scene() -> list[Write]:
    at = clock.iso(clock.now() - timedelta(minutes=5))
    power = {"": {"type": "Property", "value": 40.0, "observedAt": at}}
    secret = {"": {"type": "Property", "value": 4711.0, "observedAt": at}}
    point = {"": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [107.5, 16.4]}}}
    ring = [[107.1, 16.1], [107.2, 16.1], [107.2, 16.2], [107.1, 16.1]]
    field = {"": {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": [ring]}}}
    location = "https://uri.etsi.org/ngsi-ld/location"
    name = {"": {"type": "Property", "value": "An's lamp"}}
    lamp = {f"{DEFAULT}power": power, location: point, f"{DEFAULT}name": name}
    safe = {f"{DEFAULT}power": power, f"{DEFAULT}secret": secret, location: field}
    return [
        Write(verb="create", id=LAMP, types=[f"{DEFAULT}Lamp"], scopes=["/city/a/b"], attrs=lamp),
        Write(verb="create", id=CHARLIE, types=[f"{DEFAULT}Safe"], scopes=["/city/charlie"], attrs=safe),
    ]


def addresses() -> list[str]:
    now = clock.iso(clock.now())
    return [
        "/live/state",
        "/live/state?type=Safe,Lamp",
        "/live/state?scope=/city",
        f"/live/state?at={now}",
        "/live/geometry",
        f"/live/rows?id={LAMP}",
        f"/live/rows?id={CHARLIE}",
        f"/live/rows?id={CHARLIE}&format=csv",
        f"/live/rows?id={CHARLIE}&at={now}",
        f"/live/series?id={CHARLIE}&attr=secret",
        f"/live/series?id={CHARLIE}&attr=power",
        f"/live/series?id={LAMP}&attr=power",
    ]


async def told(broker: Broker, reach: Reach | None) -> dict[str, str]:
    async def verify(_scope: Any, _counts: object) -> Key:
        return Key(id="k", tenant="", operations=frozenset({"read"}), reach=reach)

    live = LiveApp(broker.store, verify)
    transport = httpx.ASGITransport(live)
    async with httpx.AsyncClient(transport=transport, base_url="http://city") as client:
        answers = {address: await client.get(address) for address in addresses()}
    await live.close()
    assert {a.status_code for a in answers.values()} == {200}
    return {address: answer.text for address, answer in answers.items()}


@pytest.mark.parametrize("limit", REACHES)
def test_screens_tell_nothing_of_what_is_outside_when_limited(limit: str, writer_url: str) -> None:
    async def act() -> tuple[str, dict[str, str]]:
        broker = await Broker.open(writer_url)
        await broker.write(scene())
        whole, part = await told(broker, None), await told(broker, REACHES[limit])
        await broker.close()
        return "".join(whole.values()), part

    everything, part = asyncio.run(act())

    assert [name for name in HIDDEN[limit] if name not in everything] == []
    leaks = [
        f"{address}: {name}"
        for address, text in part.items()
        for name in HIDDEN[limit]
        # The id that was asked for stands in the answer, as that of any id would.
        if name in text.replace(f'"id":"{CHARLIE}"', "").replace('"attr":"secret"', "")
    ]
    assert leaks == []
    assert f'"id":"{LAMP}"' in part["/live/state"]
    assert part[f"/live/series?id={LAMP}&attr=power"] != ""
    hidden = [msgspec.json.decode(part[f"/live/series?id={CHARLIE}&attr=secret"])["n"]]
    hidden += [len(msgspec.json.decode(part[f"/live/rows?id={CHARLIE}"])["rows"])] * (limit != "attribute")
    assert set(hidden) == {0}


def heard(reach: Reach, story: Callable[[MemoryStore], Any]) -> bytes:
    """What a viewer hears of a story that begins when it is there, and what it would catch up with."""

    async def act() -> bytes:
        store = MemoryStore()
        store.write(LAMP, {"power": attribute(1)}, kind="created", of="Lamp", scopes=["/city/a"])
        store.write(CHARLIE, {"secret": attribute(4711)}, kind="created", of="Safe", scopes=["/city/b"])
        hub = Hub(store)
        await hub.load()
        after = hub.seq
        story(store)
        for change in await store.changes(after, 100):
            hub.apply(change)
        wish = Wish(tenant="", reach=reach)
        group = hub.join(wish)
        hub.flush(10.0)
        stream = group.after(0)[1]
        missed = hub.missed(wish, after)
        assert stream is not None
        return stream + (missed or b"resync")

    return asyncio.run(act())


@pytest.mark.parametrize("limit", ["type", "scope"])
def test_stream_is_silent_when_only_what_is_outside_changes(limit: str) -> None:
    def story(store: MemoryStore) -> None:
        store.write(CHARLIE, {"secret": attribute(4712)}, of="Safe", scopes=["/city/b"])
        store.write(CHARLIE, {}, kind="deleted", of="Safe", scopes=["/city/b"])

    found = heard(REACHES[limit], story)

    assert (b"charlie" in found, b"471" in found, b'"changes":[]' in found) == (False, False, True)


def test_stream_is_silent_when_only_a_hidden_attribute_changes() -> None:
    found = heard(
        REACHES["attribute"],
        lambda store: store.write(
            LAMP, {"secret": attribute(4711), "name": attribute("An's lamp")}, of="Lamp", scopes=["/city/a"]
        ),
    )

    assert (b"4711" in found, b"lamp" in found, b'"changes":[{' in found) == (False, False, False)


def test_thing_goes_from_the_screen_when_it_leaves_the_unit() -> None:
    found = heard(
        REACHES["scope"],
        lambda store: store.write(LAMP, {"power": attribute(2)}, of="Lamp", scopes=["/city/b"]),
    )

    assert (b'"gone":["%s"]' % LAMP.encode() in found, b'"changes":[{' in found) == (True, False)


def test_whole_thing_comes_to_the_screen_when_it_enters_the_unit() -> None:
    found = heard(
        REACHES["scope"],
        lambda store: store.write(CHARLIE, {"power": attribute(2)}, of="Safe", scopes=["/city/a"]),
    )

    assert (b"4711" in found, b'"/city/a"' in found) == (True, True)


def test_short_name_stays_hidden_when_one_of_its_meanings_is_outside() -> None:
    """Screens know `power` only, so two vocabularies meet in it."""

    def story(store: MemoryStore) -> None:
        change = store.write(LAMP, {}, of="Lamp", scopes=["/city/a"])
        change.attrs["https://elsewhere.example/power"] = attribute(4711)

    found = heard(REACHES["attribute"], story)

    assert b"4711" not in found


def test_scope_of_another_unit_is_not_told_when_a_thing_belongs_to_two() -> None:
    found = heard(
        REACHES["scope"],
        lambda store: store.write(
            LAMP, {"power": attribute(2)}, of="Lamp", scopes=["/city/a", "/city/charlie"]
        ),
    )

    assert (b"charlie" in found, b'"v":2' in found) == (False, True)


def test_viewer_is_sent_to_the_state_when_nobody_knows_where_a_thing_was() -> None:
    """After a restart the log may begin with a change of something that was elsewhere before."""

    async def act() -> bytes | None:
        store = MemoryStore()
        store.write(CHARLIE, {"secret": attribute(1)}, kind="created", of="Safe", scopes=["/city/b"])
        store.write(CHARLIE, {"secret": attribute(2)}, of="Safe", scopes=["/city/b"])
        store.first = 2
        hub = Hub(store)
        await hub.load()
        return hub.missed(Wish(tenant="", reach=REACHES["scope"]), 1)

    assert asyncio.run(act()) is None


def test_frames_of_others_stay_as_they_were_when_a_viewer_has_limits() -> None:
    async def act() -> tuple[bytes, bytes]:
        store = MemoryStore()
        store.write(LAMP, {"power": attribute(1)}, kind="created", of="Lamp", scopes=["/city/a"])
        hub = Hub(store)
        await hub.load()
        whole, part = hub.join(Wish(tenant="")), hub.join(Wish(tenant="", reach=REACHES["attribute"]))
        change = store.write(
            LAMP, {"power": attribute(2), "secret": attribute(3)}, of="Lamp", scopes=["/city/a"]
        )
        hub.apply(change)
        changes, gone = merge(list(hub._pending), Wish(tenant=""))
        expected = frame(hub.seq, hub.at, changes, gone)
        hub.flush(10.0)
        assert part.after(0)[1] != expected
        return whole.after(0)[1] or b"", expected

    sent, expected = asyncio.run(act())

    assert sent == expected


def test_stream_ends_when_the_key_is_no_good_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.broker.live.events.ASK_AGAIN", 0.05)
    good = True

    async def verify(_scope: Any, _counts: object) -> Key | None:
        return Key(id="k", tenant="", operations=frozenset({"read"})) if good else None

    async def act() -> list[bool]:
        nonlocal good
        live = LiveApp(MemoryStore(), verify)
        sent: list[dict[str, Any]] = []
        wait: Callable[[], Awaitable[Any]] = asyncio.Event().wait

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"method": "GET", "path": "/live/events", "headers": [], "query_string": b""}
        task = asyncio.create_task(live(scope, wait, send))
        async with asyncio.timeout(20):
            while not any(m["type"] == "http.response.body" for m in sent):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
            open_while_good = not task.done()
            good = False
            await task
        await live.close()
        return [open_while_good, sent[-1]["more_body"]]

    assert asyncio.run(act()) == [True, False]
