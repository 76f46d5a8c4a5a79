# SPDX-License-Identifier: Apache-2.0
"""Corners of what lies outside: what is gone, what moved, what shares a time or a shape with the hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.broker.store.cast import NS, at, number, run

from dothi.broker.door import Broker
from dothi.broker.model import Write
from dothi.broker.reach import Reach
from dothi.foundation import clock

LAMP, SAFE = f"{NS}Lamp", f"{NS}Safe"
POWER, CODE = f"{NS}power", f"{NS}code"
LOCATION = "https://uri.etsi.org/ngsi-ld/location"
LAMPS = Reach(types=frozenset({LAMP}))
WARD = Reach(scopes=("/a",))
ONLY_POWER = Reach(attrs=frozenset({POWER}))


def made(id_: str, kind: str = LAMP, scope: str = "/a", **attrs: Any) -> Write:
    given = attrs or {POWER: {"": number(1, at(0))}}
    return Write(verb="create", id=id_, types=[kind], scopes=[scope], attrs=given)


def test_past_of_a_deleted_entity_stays_hidden_when_its_id_is_taken(writer_url: str) -> None:
    async def act(broker: Broker) -> list[str]:
        await broker.write([made("urn:x", SAFE)])
        await broker.write([Write(verb="delete", id="urn:x")])
        limited = made("urn:x")
        asked = [
            Write(verb="create", id="urn:x", types=[LAMP], attrs=limited.attrs, reach=LAMPS),
            Write(verb="delete_temporal", id="urn:x", reach=LAMPS),
        ]
        told = [(await broker.write([one]))[0].status for one in asked]
        both = await broker.write(
            [made("urn:y", SAFE), Write(verb="delete", id="urn:y"), Write(verb="create", id="urn:y", types=[LAMP], reach=LAMPS)]
        )  # fmt: skip
        kept = await broker.store.history("", "urn:x")
        return [*told, both[2].status, f"{len(kept[POWER])}"]

    assert run(writer_url, act) == ["outside", "outside", "outside", "1"]


def test_own_id_can_be_taken_again_when_what_stood_there_was_inside(writer_url: str) -> None:
    async def act(broker: Broker) -> str:
        await broker.write([made("urn:x")])
        await broker.write([Write(verb="delete", id="urn:x")])
        return (await broker.write([Write(verb="create", id="urn:x", types=[LAMP], reach=LAMPS)]))[0].status

    assert run(writer_url, act) == "created"


def test_past_is_seen_for_what_is_inside_then_and_now_when_a_thing_moved(writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        await broker.write(
            [made("urn:stays"), made("urn:goes"), made("urn:comes", scope="/b"), made("urn:ends")]
        )
        between = clock.now()
        await broker.write([Write(verb="update", id="urn:goes", scopes=["/b"])])
        await broker.write([Write(verb="update", id="urn:comes", scopes=["/a"])])
        await broker.write([Write(verb="delete", id="urn:ends")])
        ward = broker.store.within(WARD)
        then = sorted(e.id for e in await ward.state_at("", between))
        now, _ = await ward.query("")
        readings = [
            len(await ward.readings("", i, between - timedelta(days=400), clock.now(), None, 9))
            for i in ("urn:stays", "urn:goes", "urn:ends")
        ]
        return [then, [e.id for e in now], readings]

    then, now, readings = run(writer_url, act)

    assert then == ["urn:ends", "urn:stays"]
    assert now == ["urn:comes", "urn:stays"]
    assert readings[0] > 0
    assert readings[1] == 0
    assert readings[2] > 0


def test_time_of_change_is_not_told_when_only_the_hidden_changed(writer_url: str) -> None:
    async def act(broker: Broker) -> list[str]:
        await broker.write([made("urn:x", **{POWER: {"": number(1)}, CODE: {"": number(1)}})])
        part = broker.store.within(ONLY_POWER)
        first = await part.state.entity("", "urn:x")
        await broker.write([Write(verb="append", id="urn:x", attrs={CODE: {"": number(2)}})])
        second = await part.state.entity("", "urn:x")
        whole = await broker.entity("", "urn:x")
        assert first is not None
        assert second is not None
        assert whole is not None
        return [
            first.modified_at,
            second.modified_at,
            str(whole.modified_at > second.modified_at),
            *second.attrs,
        ]

    first, second, newer, *attrs = run(writer_url, act)

    assert first == second
    assert (newer, attrs) == ("True", [POWER])


def test_box_finds_nothing_when_the_place_is_hidden(writer_url: str) -> None:
    place = {"": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [107.5, 16.4]}}}

    async def act(broker: Broker) -> list[int]:
        await broker.write([made("urn:x", **{LOCATION: place, POWER: {"": number(1)}})])
        box = (107.0, 16.0, 108.0, 17.0)
        whole, _ = await broker.store.query("", bbox=box)
        part, _ = await broker.store.within(ONLY_POWER).query("", bbox=box)
        return [len(whole), len(part)]

    assert run(writer_url, act) == [1, 0]


def test_hidden_type_of_a_shared_entity_is_not_told_when_one_type_is_inside(writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        both = Write(verb="create", id="urn:x", types=[LAMP, SAFE], scopes=["/a", "/b"], attrs={})
        await broker.write([both])
        part = broker.store.within(Reach(types=frozenset({LAMP}), scopes=("/a",)))
        found = await part.state.entity("", "urn:x")
        hidden, _ = await part.query("", types=[SAFE])
        assert found is not None
        return [found.types, found.scopes, hidden, await part.vocabulary.types("")]

    assert run(writer_url, act) == [[LAMP], ["/a"], [], [LAMP]]


def test_answer_under_a_key_is_not_repeated_when_another_may_do_less(writer_url: str) -> None:
    async def act(broker: Broker) -> list[str]:
        safe = made("urn:x", SAFE)
        whole = Write(verb="create", id="urn:x", types=[SAFE], attrs=safe.attrs, key="http:0:k", request="r")
        part = Write(
            verb="create",
            id="urn:x",
            types=[SAFE],
            attrs=safe.attrs,
            key="http:7:0:k",
            request="r",
            reach=LAMPS,
        )
        return [(await broker.write([one]))[0].status for one in (whole, whole, part)]

    assert run(writer_url, act) == ["created", "created", "outside"]
