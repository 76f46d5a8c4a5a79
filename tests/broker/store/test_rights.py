# SPDX-License-Identifier: Apache-2.0
"""What the role of Django may see: its tenant's rows, and nothing when no tenant is set."""

from __future__ import annotations

import psycopg
import pytest
from tests.broker.store.cast import at, reading, run

from dothi.broker.door import Broker

TABLES = ["entity", "entity_type", "series"]


def seeded(url: str) -> None:
    async def act(broker: Broker) -> None:
        await broker.write([reading("urn:ours", 1, at(0)), reading("urn:theirs", 2, at(0), tenant="other")])

    run(url, act)


def place(connection: psycopg.Connection[tuple[object, ...]], table: str) -> list[object]:
    column = "entity" if table == "series" else "id"
    return [r[0] for r in connection.execute(f"SELECT {column} FROM broker.{table} ORDER BY 1".encode())]


@pytest.mark.parametrize("table", TABLES)
def test_reader_sees_nothing_when_no_tenant_is_set(writer_url: str, reader_url: str, table: str) -> None:
    seeded(writer_url)

    with psycopg.connect(reader_url) as connection:
        assert place(connection, table) == []


@pytest.mark.parametrize("table", TABLES)
def test_reader_sees_no_other_tenant_when_an_earlier_transaction_set_it(
    writer_url: str, reader_url: str, table: str
) -> None:
    seeded(writer_url)

    with psycopg.connect(reader_url) as connection:
        connection.execute("SET LOCAL dothi.tenant = 'other'")
        assert place(connection, table) == ["urn:theirs"]
        connection.commit()

        # A setting that was ever set falls back to '' in its session, and '' names the default tenant.
        assert place(connection, table) == ["urn:ours"]


@pytest.mark.parametrize("table", ["history", "history_packed", "change", "idempotency"])
def test_reader_is_refused_when_it_asks_for_the_record(reader_url: str, table: str) -> None:
    with psycopg.connect(reader_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM broker.{table}".encode())
