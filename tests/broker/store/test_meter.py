# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ipaddress
from typing import Any

import psycopg
import pytest
from tests.broker.store.cast import rows, run

from dothi.broker.door import Broker, Key, QuotaReached, Terms, key_days, list_keys, make_key
from dothi.broker.store.keys import is_within
from dothi.broker.store.meter import Meter
from dothi.foundation.errors import NotAllowed

NOON = 1_795_572_000.0 + 15
"""24/11/2026 09:40:15 in Vietnam."""


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at


def key_of(**more: Any) -> Key:
    return Key(**({"id": "k", "tenant": "", "operations": frozenset({"read"})} | more))


def admitted(meter: Meter, key: Key, times: int) -> int:
    count = 0
    for _ in range(times):
        try:
            meter.admit(key)
        except QuotaReached:
            continue
        count += 1
    return count


def refused(meter: Meter, key: Key) -> tuple[str, int | None]:
    with pytest.raises(QuotaReached) as caught:
        meter.admit(key)
    return caught.value.key, caught.value.retry_after


def test_minute_is_full_when_its_quota_is_used_and_new_when_it_is_over(writer_url: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        clock, key = Clock(), key_of(per_minute=3)
        meter = Meter(broker.pool, clock)
        first, full = admitted(meter, key, 5), refused(meter, key)
        clock.at += 45
        return [first, full, admitted(meter, key, 5)]

    assert run(writer_url, act) == [3, ("broker.quota.minute", 45), 3]


def test_day_is_full_until_midnight_in_vietnam_when_its_quota_is_used(writer_url: str, database: str) -> None:
    async def act(broker: Broker) -> list[Any]:
        clock, key = Clock(), key_of(per_day=2)
        meter = Meter(broker.pool, clock)
        first, (told, wait) = admitted(meter, key, 3), refused(meter, key)
        assert wait is not None
        clock.at += wait - 1
        still = refused(meter, key)[0]
        clock.at += 1
        again = admitted(meter, key, 3)
        await meter.flush()
        return [first, told, still, again]

    assert run(writer_url, act) == [2, "broker.quota.day", "broker.quota.day", 2]
    kept = rows(database, "SELECT requests, refusals FROM broker.key_day ORDER BY day")
    assert kept == [(2, 3), (2, 1)]


def test_quota_is_one_for_all_processes_when_they_have_told_each_other(writer_url: str) -> None:
    async def act(broker: Broker) -> list[int]:
        clock, key = Clock(), key_of(per_minute=10, per_day=100)
        one, other = Meter(broker.pool, clock), Meter(broker.pool, clock)
        before = admitted(one, key, 6)
        await one.flush()
        unaware = admitted(other, key, 2)
        await other.flush()
        rest = admitted(other, key, 20)
        await other.flush()
        admitted(one, key, 1)
        await one.flush()
        return [before, unaware, rest, admitted(one, key, 20)]

    before, unaware, rest, last = run(writer_url, act)

    assert (before, unaware, rest, last) == (6, 2, 2, 0)


def test_count_goes_on_when_a_process_starts_anew(writer_url: str) -> None:
    async def act(broker: Broker) -> int:
        clock, key = Clock(), key_of(per_day=5)
        first = Meter(broker.pool, clock)
        admitted(first, key, 5)
        await first.flush()
        second = Meter(broker.pool, clock)
        late = admitted(second, key, 1)
        await second.flush()
        return late + admitted(second, key, 5)

    # One second of what the others took in is the stated bound.
    assert run(writer_url, act) == 1


def test_count_is_kept_when_the_store_was_away(writer_url: str, database: str) -> None:
    async def act(broker: Broker) -> int:
        clock, key = Clock(), key_of(per_minute=10)
        meter = Meter(broker.pool, clock)
        admitted(meter, key, 4)
        add, meter._add = meter._add, _away
        await meter.flush()
        admitted(meter, key, 3)
        meter._add = add  # type: ignore[method-assign]  # - the store is back
        await meter.flush()
        return admitted(meter, key, 10)

    assert run(writer_url, act) == 3
    assert rows(database, "SELECT requests FROM broker.key_day") == [(7,)]


async def _away(*_: object) -> None:
    raise psycopg.OperationalError("away")


def test_use_is_shown_when_a_key_was_used_and_refused(
    writer_url: str, database: str, reader_url: str
) -> None:
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        terms = Terms(
            operations=["read"], note="GIS", owner="organisation:1", per_day=2, addresses=["10.0.0.0/8"]
        )
        token = make_key(cursor, terms=terms)
        assert token is not None
    key_id = token.split("_")[1]

    async def act(broker: Broker) -> None:
        key = await broker.keys.verify(token)
        assert key is not None
        broker.keys.admit(key, "10.1.2.3")
        broker.keys.admit(key, "10.1.2.3")
        with pytest.raises(QuotaReached):
            broker.keys.admit(key, "10.1.2.3")
        with pytest.raises(NotAllowed):
            broker.keys.admit(key, "192.0.2.1")

    run(writer_url, act)

    with psycopg.connect(reader_url) as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL dothi.tenant = ''")
        [row] = list_keys(cursor, key_id=key_id)
        days = key_days(cursor, key_id=key_id)
        cursor.execute("SET LOCAL dothi.tenant = 'other'")
        theirs = (list_keys(cursor), key_days(cursor, key_id=key_id))
    assert (row.terms, row.requests, row.refusals) == (terms, 2, 2)
    assert row.last_used is not None
    assert [day[1:] for day in days] == [(2, 2)]
    assert theirs == ([], [])


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.0.0.1", False),
        ("2001:db8::7", True),
        ("2001:db9::7", False),
        ("", False),
        ("10.1.2.3, 192.0.2.1", False),
        ("localhost", False),
    ],
)
def test_address_is_inside_when_a_network_holds_it(address: str, allowed: object) -> None:
    networks = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32"))

    assert is_within(address, networks) is allowed
