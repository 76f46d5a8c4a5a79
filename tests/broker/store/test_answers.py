# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import time
from typing import Any

import psycopg
import pytest
from tests.broker.store.cast import NAME, TYPE, at, number, reading, rows, run

from dothi.broker.door import Broker
from dothi.broker.errors import WriteRefused
from dothi.broker.model import Result, Write
from dothi.broker.store import verdicts


def asked(value: str, request: str, *, id_: str = "urn:a", key: str = "k") -> Write:
    return Write(
        verb="upsert_update",
        id=id_,
        types=[TYPE],
        attrs={NAME: {"": number(value)}},
        key=key,
        request=request,
    )


def test_key_is_refused_when_it_comes_with_another_request(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> list[str]:
        told = await broker.write([asked("A", "one")])
        told += await broker.write([asked("A", "one")])
        # Its second write has a key of its own; it belongs to the same refused request.
        told += await broker.write([asked("B", "two"), asked("B", "two", id_="urn:b", key="k1")])
        together = await asyncio.gather(
            broker.write([asked("C", "three", key="x"), asked("C", "three", key="x1")]),
            broker.write([asked("D", "four", key="x"), asked("D", "four", id_="urn:b", key="x2")]),
        )
        return [r.status for r in [*told, *together[0], *together[1]]]

    assert run(writer_url, act) == [
        "created", "created", "key_reused", "key_reused", "updated", "updated", "key_reused", "key_reused",
    ]  # fmt: skip
    assert rows(database, "SELECT id FROM broker.entity") == [("urn:a",)]


def test_bad_write_is_refused_alone_when_it_comes_in_a_batch(database: str, writer_url: str) -> None:
    # Not to be compressed, and larger than an index can hold.
    long = "urn:" + "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(3000))
    batch = [reading(long if n == 5 else f"urn:{n}", n, at(0)) for n in range(12)]

    async def act(broker: Broker) -> tuple[list[Result], float, Any]:
        begun = time.monotonic()
        told = await broker.write(batch)
        spent = time.monotonic() - begun
        alone = await asyncio.gather(broker.write([batch[5]]), return_exceptions=True)
        return told, spent, alone[0]

    told, spent, alone = run(writer_url, act)

    assert [r.status == "refused" for r in told] == [n == 5 for n in range(12)]
    assert told[5].detail
    assert isinstance(alone, WriteRefused)
    assert spent < 10  # it was 20 s while this was taken for a lost connection
    assert rows(database, "SELECT count(*) FROM broker.entity") == [(11,)]


def test_second_lane_starts_when_a_write_has_waited(database: str, writer_url: str) -> None:
    async def act(broker: Broker) -> str:
        await broker.write([reading("urn:a", 1, at(0))])
        async with await psycopg.AsyncConnection.connect(database) as other:
            await other.execute("SELECT 1 FROM broker.entity WHERE id = 'urn:a' FOR UPDATE")
            held = asyncio.create_task(broker.write([reading("urn:a", 2, at(1))]))
            await asyncio.sleep(0.2)
            told = await asyncio.wait_for(broker.write([Write(verb="delete", id="urn:b")]), 20)
            assert not held.done()
        await asyncio.wait_for(held, 20)
        return told[0].status

    assert run(writer_url, act) == "missing"


@pytest.mark.parametrize(
    ("error", "meant", "is_open"),
    [
        (psycopg.errors.ProgramLimitExceeded(), "content", False),
        (psycopg.errors.NumericValueOutOfRange(), "content", False),
        (psycopg.errors.CheckViolation(), "content", False),
        (ValueError(), "content", False),
        (psycopg.errors.DiskFull(), "full", False),
        (psycopg.errors.OutOfMemory(), "short", False),
        (psycopg.errors.TooManyConnections(), "short", False),
        (psycopg.errors.LockNotAvailable(), "again", False),
        (psycopg.errors.DeadlockDetected(), "again", False),
        (psycopg.errors.AdminShutdown(), "lost", True),
        (psycopg.OperationalError("server closed the connection"), "lost", True),
        (psycopg.errors.UndefinedTable(), "fault", False),
    ],
)
def test_verdict_tells_content_from_connection_when_psycopg_does_not(
    error: Exception, meant: str, *, is_open: bool
) -> None:
    assert (verdicts.verdict(error), verdicts.is_open(error)) == (meant, is_open)
