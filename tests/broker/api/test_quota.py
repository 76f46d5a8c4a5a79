# SPDX-License-Identifier: Apache-2.0
"""What a caller is told that asks too often, from the wrong place, or with a ticket that has limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg

from dothi.broker.api.app import build
from dothi.broker.door import Broker, Reach, Terms, make_key
from dothi.cityhall.verifier import Callers, address_of
from dothi.foundation import clock, ticket
from dothi.foundation.settings import Settings


def visited(
    writer_url: str, folder: Path, act: Callable[[httpx.AsyncClient, Callers, Broker], Any], address: str
) -> Any:
    async def whole() -> Any:
        broker = await Broker.open(writer_url)
        callers = Callers(broker, "secret")
        app = build(broker, callers.principal, Settings(data_dir=str(folder)))
        transport = httpx.ASGITransport(app, client=(address, 1))
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://city/ngsi-ld/v1") as client:
                return await act(client, callers, broker)
        finally:
            await broker.close()

    return asyncio.run(whole())


def made(database: str, **terms: Any) -> dict[str, str]:
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        return {"Authorization": f"Bearer {make_key(cursor, terms=Terms(operations=['read'], **terms))}"}


def test_answer_says_when_to_come_again_when_the_quota_is_used(
    writer_url: str, database: str, tmp_path: Path
) -> None:
    headers = made(database, per_day=2)

    async def act(client: httpx.AsyncClient, _callers: Callers, _broker: Broker) -> list[httpx.Response]:
        return [await client.get("/types", headers=headers) for _ in range(3)]

    first, second, third = visited(writer_url, tmp_path, act, "127.0.0.1")

    assert [first.status_code, second.status_code, third.status_code] == [200, 200, 429]
    assert third.headers["content-type"] == "application/problem+json"
    assert 0 < int(third.headers["retry-after"]) <= 86_400
    assert third.json()["status"] == 429
    assert "2" in third.json()["detail"]


def test_key_is_refused_when_used_from_another_network(
    writer_url: str, database: str, tmp_path: Path
) -> None:
    headers = made(database, addresses=["10.0.0.0/8"])
    spoofed = {**headers, "X-Forwarded-For": "10.0.0.1"}

    async def act(client: httpx.AsyncClient, _callers: Callers, _broker: Broker) -> list[int]:
        return [(await client.get("/types", headers=h)).status_code for h in (headers, spoofed)]

    assert visited(writer_url, tmp_path, act, "192.0.2.1") == [403, 403]
    assert visited(writer_url, tmp_path, act, "10.9.9.9") == [200, 200]


def test_address_is_what_the_front_door_says_when_it_comes_by_its_own_socket() -> None:
    forwarded = [(b"x-forwarded-for", b"198.51.100.1, 10.0.0.1")]

    assert address_of({"client": None, "headers": forwarded}) == "10.0.0.1"
    assert address_of({"client": ("192.0.2.1", 9), "headers": forwarded}) == "192.0.2.1"
    assert address_of({"client": None, "headers": []}) == ""


def test_ticket_shows_one_ward_when_it_is_limited(writer_url: str, tmp_path: Path) -> None:
    async def act(_client: httpx.AsyncClient, callers: Callers, broker: Broker) -> list[Any]:
        now = clock.now().timestamp()
        told = []
        for limits in ({}, {"scopes": ["/hue/thuan-hoa"], "types": ["urn:Lamp"]}, {"scopes": []}):
            shown = ticket.issue("secret", tenant="", sub="binh", now=now, **limits)
            scope = {"headers": [(b"cookie", f"dothi_broker={shown}".encode())]}
            key = await callers.reader(scope)
            assert key is not None
            told.append(key.reach)
        old = ticket.issue("secret", tenant="", sub="binh", now=now - 601)
        gone = await callers.reader({"headers": [(b"cookie", f"dothi_broker={old}".encode())]})
        return [*told, gone]

    whole, ward, nothing, gone = visited(writer_url, tmp_path, act, "127.0.0.1")

    assert whole is None
    assert ward == Reach(scopes=("/hue/thuan-hoa",), types=frozenset({"urn:Lamp"}))
    assert nothing == Reach(scopes=())
    assert gone is None
