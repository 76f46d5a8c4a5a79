# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.broker.store.cast import TYPE, at, reading, rows, run

from dothi.broker.door import Broker, create_key, entities_brief, list_keys, revoke_key


def made(url: str, tenant: str = "") -> str:
    with psycopg.connect(url) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT set_config('dothi.tenant', %s, true)", [tenant])
        return create_key(cursor, tenant=tenant, operations=["read", "write"], note="gateway", source="air")


def test_key_opens_when_its_token_is_shown(database: str, writer_url: str, reader_url: str) -> None:
    token = made(reader_url)

    async def act(broker: Broker) -> Any:
        return await broker.keys.verify(token)

    key = run(writer_url, act)

    assert (key.tenant, key.operations, key.source) == ("", {"read", "write"}, "air")
    ((kept,),) = rows(database, "SELECT encode(hash, 'escape') || k::text FROM broker.key k")
    assert token.split("_", 2)[2] not in kept


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: f"{t}x", lambda t: "dothi__", lambda t: "", str.upper]
)
def test_key_stays_shut_when_token_is_wrong(writer_url: str, reader_url: str, spoil: Any) -> None:
    token = made(reader_url)

    async def act(broker: Broker) -> Any:
        return await broker.keys.verify(spoil(token))

    assert run(writer_url, act) is None


def test_key_is_shut_when_revoked(writer_url: str, reader_url: str) -> None:
    token = made(reader_url)

    async def act(broker: Broker) -> list[bool]:
        open_before = await broker.keys.verify(token) is not None
        with psycopg.connect(reader_url) as connection:
            cursor = connection.cursor()
            cursor.execute("SET LOCAL dothi.tenant = ''")
            revoke_key(cursor, key_id=token.split("_")[1])
        broker.keys.known.clear()
        return [open_before, await broker.keys.verify(token) is not None]

    assert run(writer_url, act) == [True, False]


def test_keys_are_listed_for_their_tenant_only_when_two_have_some(reader_url: str) -> None:
    made(reader_url)
    theirs = made(reader_url, "other")

    with psycopg.connect(reader_url) as connection:
        cursor = connection.cursor()
        cursor.execute("SET LOCAL dothi.tenant = 'other'")
        listed = list_keys(cursor)

    assert [k.id for k in listed] == [theirs.split("_")[1]]


def test_key_of_another_tenant_is_refused_when_made(reader_url: str) -> None:
    with psycopg.connect(reader_url) as connection:
        cursor = connection.cursor()
        cursor.execute("SET LOCAL dothi.tenant = 'other'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            create_key(cursor, tenant="", operations=["admin"])


def test_entities_are_brief_and_of_one_tenant_when_django_asks(writer_url: str, reader_url: str) -> None:
    async def act(broker: Broker) -> None:
        await broker.write([reading("urn:ours", 1, at(0)), reading("urn:theirs", 2, at(0), tenant="other")])

    run(writer_url, act)

    with psycopg.connect(reader_url) as connection:
        cursor = connection.cursor()
        cursor.execute("SET LOCAL dothi.tenant = 'other'")
        assert [e.id for e in entities_brief(cursor, types=[TYPE])] == ["urn:theirs"]
