# SPDX-License-Identifier: Apache-2.0
"""The live addresses over the real store."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg_pool import PoolTimeout
from tests.broker.live.memory import MemoryStore, attribute

from dothi.broker.door import Broker, Key
from dothi.broker.live.app import LiveApp
from dothi.broker.model import Write
from dothi.foundation import clock

DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"
ID = "urn:ngsi-ld:AirQualityObserved:a"


async def verify(scope, counts) -> Key | None:
    an = Key(id="an", tenant="", operations=frozenset({"read"}))
    return an if (b"authorization", b"Bearer an") in scope["headers"] else None


def reading(value: float, ago: int) -> Write:
    at = clock.iso(clock.now() - timedelta(seconds=ago))
    instance = {"type": "Property", "value": value, "unitCode": "GQ", "observedAt": at}
    return Write(
        verb="observe",
        id=ID,
        types=[DEFAULT + "AirQualityObserved"],
        attrs={DEFAULT + "pm25": {"": instance}},
    )


async def scene(url: str) -> dict[str, httpx.Response]:
    broker = await Broker.open(url)
    live = LiveApp(broker.store, verify)
    for value, ago in ((10.0, 120), (11.0, 60), (12.5, 1)):
        await broker.write([reading(value, ago)])
    before = clock.iso(clock.now() - timedelta(hours=1))
    transport = httpx.ASGITransport(app=live)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://city", headers={"authorization": "Bearer an"}
    ) as client:
        answers = {
            "state": await client.get("/live/state"),
            "before": await client.get("/live/state", params={"at": before}),
            "series": await client.get("/live/series", params={"id": ID, "attr": "pm25"}),
            "rows": await client.get("/live/rows", params={"id": ID, "limit": 2}),
            "csv": await client.get("/live/rows", params={"id": ID, "format": "csv"}),
            "turned": await client.get("/live/rows", params={"id": ID, "from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}),
            "missing": await client.get("/live/series"),
            "stranger": await client.get("/live/state", headers={"authorization": "Bearer chi"}),
        }  # fmt: skip
        second = {"id": ID, "before": answers["rows"].json()["before"]}
        answers["rest"] = await client.get("/live/rows", params=second)
    await live.close()
    await broker.close()
    return answers


def test_live_addresses_tell_state_series_rows_and_refuse_strangers(writer_url: str):
    answers = asyncio.run(scene(writer_url))

    assert [
        (one["id"], one["type"], one["attrs"]["pm25"]["v"]) for one in answers["state"].json()["entities"]
    ] == [(ID, "AirQualityObserved", 12.5)]
    assert answers["before"].json()["entities"] == []
    assert (answers["series"].json()["v"], answers["series"].json()["unit"]) == ([10.0, 11.0, 12.5], "GQ")
    assert [row["v"] for row in answers["rows"].json()["rows"]] == [12.5, 11.0]
    assert [row["v"] for row in answers["rest"].json()["rows"]] == [10.0]
    assert len(answers["csv"].text.splitlines()) == 4
    assert {name: answers[name].status_code for name in ("turned", "missing", "stranger")} == {
        "turned": 400,
        "missing": 400,
        "stranger": 401,
    }


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (psycopg.errors.QueryCanceled("too long"), 403),
        (psycopg.OperationalError("no server"), 503),
        (PoolTimeout("no connection"), 503),
        (KeyError("nobody foresaw it"), 500),
    ],
)
def test_trouble_is_told_as_a_problem_when_the_store_fails(error: Exception, status: int):
    async def ask() -> httpx.Response:
        store = MemoryStore()
        live = LiveApp(store, verify)
        await live.start()

        async def fails(*_: Any) -> Any:
            raise error

        store.readings = store.points = fails
        transport = httpx.ASGITransport(app=live)
        async with httpx.AsyncClient(transport=transport, base_url="http://city") as client:
            found = await client.get(
                "/live/rows", params={"id": ID, "format": "csv"}, headers={"authorization": "Bearer an"}
            )
        await live.close()
        return found

    answer = asyncio.run(ask())

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_file_breaks_off_when_the_store_fails_in_the_middle():
    async def ask() -> list[dict[str, Any]]:
        store = MemoryStore()
        for number in range(6_000):
            store.write("a", {"pm25": attribute(number, observedAt=clock.iso(clock.now()))})
        live = LiveApp(store, verify)
        await live.start()
        readings, pages = store.readings, 0

        async def fails(*asked: Any) -> Any:
            nonlocal pages
            pages += 1
            if pages > 1:
                raise psycopg.OperationalError("the server went away")
            return await readings(*asked)

        store.readings = fails
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        scope = {
            "method": "GET",
            "path": "/live/rows",
            "query_string": b"id=a&format=csv",
            "headers": [(b"authorization", b"Bearer an")],
        }
        await live(scope, receive, send)
        await live.close()
        return sent

    sent = asyncio.run(ask())

    assert [m["type"] for m in sent] == ["http.response.start", "http.response.body"]
    assert sent[-1]["more_body"] is True


@pytest.mark.parametrize(
    "query",
    [
        "id=%00",
        "id=a&from=%C2%B2",
        "id=a&to=0001-01-01T00:00:00Z",
        "id=a&to=9999-12-31T23:59:59Z",
        "&".join(["a=1"] * 60),
    ],
)
def test_address_is_refused_when_it_makes_no_sense(query: str):
    async def ask() -> httpx.Response:
        live = LiveApp(MemoryStore(), verify)
        transport = httpx.ASGITransport(app=live)
        async with httpx.AsyncClient(transport=transport, base_url="http://city") as client:
            found = await client.get(f"/live/rows?{query}", headers={"authorization": "Bearer an"})
        await live.close()
        return found

    assert asyncio.run(ask()).status_code == 400


def test_past_view_shows_what_was_known_then_when_asked_with_at(writer_url: str):
    observed = clock.now() - timedelta(days=800)

    def old(value: float, minute: int) -> Write:
        at = clock.iso(observed + timedelta(minutes=minute))
        attrs = {
            DEFAULT + "pm25": {"": {"type": "Property", "value": value, "unitCode": "GQ", "observedAt": at}}
        }
        return Write(verb="observe", id=ID, types=[DEFAULT + "AirQualityObserved"], attrs=attrs)

    async def ask() -> list[Any]:
        broker = await Broker.open(writer_url)
        live = LiveApp(broker.store, verify)
        await broker.write([old(1, 0), old(2, 1)])
        between = clock.iso(clock.now())
        await broker.write([old(9, 1), old(3, 2)])
        await broker.write([Write(verb="delete", id=ID)])
        span = {
            "id": ID,
            "from": clock.iso(observed - timedelta(days=1)),
            "to": clock.iso(observed + timedelta(days=1)),
        }
        found = []
        transport = httpx.ASGITransport(app=live)
        headers = {"authorization": "Bearer an"}
        async with httpx.AsyncClient(transport=transport, base_url="http://city", headers=headers) as client:
            for more in ({}, {"at": between}):
                series = (await client.get("/live/series", params={**span, "attr": "pm25", **more})).json()
                rows = (await client.get("/live/rows", params={**span, **more})).json()["rows"]
                found.append(
                    (series["v"], series["newest"], [(r["v"], r["superseded"] is None) for r in rows])
                )
            nothing = (await client.get("/live/series", params={**span, "attr": "noise"})).json()
            found.append((nothing["v"], nothing["newest"]))
        await live.close()
        await broker.close()
        return found

    now, then, nothing = asyncio.run(ask())

    newest = [clock.iso(observed + timedelta(minutes=minute)) for minute in (2, 1)]
    assert now == ([1, 9, 3], newest[0], [(3, True), (9, True), (2, False), (1, True)])
    assert then == ([1, 2], newest[1], [(2, True), (1, True)])
    assert nothing == ([], None)
