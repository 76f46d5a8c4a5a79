# SPDX-License-Identifier: Apache-2.0
"""The second line: what the database itself refuses to our own roles, and to the owner."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from tests.ledger.cast import AT, CITY, WITNESS

from dothi.ledger.core import cosigning, record, sequencer, store
from dothi.ledger.core import note as notes

TABLES = ["record", "leaf", "node", "key", "checkpoint", "cosignature", "waiting"]
COLUMNS = {
    "record": "body = '{}'", "leaf": "number = 99", "node": "index = 99", "key": "since = ''", "checkpoint": "size = 99",
    "cosignature": "line = ''", "waiting": "record_id = 99",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _filled(ledger_owner: str) -> None:
    with psycopg.connect(ledger_owner, autocommit=True) as connection, connection.cursor() as cursor:
        for tenant in ("", "other"):
            record.put(cursor, actor="account:an", act="a.act.b", object_=f"c:{tenant}", at=AT, tenant=tenant)
        sequencer.catch_up(connection, CITY, at=AT)
        note = notes.read_note(store.newest_note(cursor))
        line = notes.cosign(WITNESS, note, seconds=1).line
        cosigning.accept(cursor, f"{note.body}\n{line}", [WITNESS.key])
        record.put(cursor, actor="account:an", act="a.act.b", object_="c:waits", at=AT)


STATEMENTS = [
    "UPDATE ledger.{table} SET {column}",
    "DELETE FROM ledger.{table}",
    "TRUNCATE ledger.{table} CASCADE",
]


def _refused(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> bool:
    try:
        with connection.transaction():
            connection.execute(statement.encode())
    except InsufficientPrivilege:
        return True
    return False


@pytest.mark.parametrize("role", ["owner", "writer", "reader"])
def test_tampering_is_refused_when_tried_by_any_role_of_ours(
    ledger_owner: str, ledger_writer: str, ledger_reader: str, role: str
) -> None:
    url = {"owner": ledger_owner, "writer": ledger_writer, "reader": ledger_reader}[role]
    tried = [text.format(table=table, column=COLUMNS[table]) for table in TABLES for text in STATEMENTS]

    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('dothi.tenant', '', false)")
        done = [statement for statement in tried if not _refused(connection, statement)]

    # A row may stop waiting once it has a leaf; here one has none.
    assert done == []


def test_pages_cannot_number_or_sign_when_they_try(ledger_reader: str) -> None:
    tables = ["leaf", "node", "key", "checkpoint", "waiting"]

    with psycopg.connect(ledger_reader) as connection:
        copies = [f"INSERT INTO ledger.{table} SELECT * FROM ledger.{table}" for table in tables]
        assert [statement for statement in copies if not _refused(connection, statement)] == []


def test_reader_sees_and_writes_records_of_its_tenant_only(ledger_reader: str) -> None:
    def seen(connection: psycopg.Connection[tuple[object, ...]]) -> list[object]:
        return [row[0] for row in connection.execute(b"SELECT object FROM ledger.record ORDER BY 1")]

    with psycopg.connect(ledger_reader) as connection:
        assert seen(connection) == []
        connection.execute(b"SELECT set_config('dothi.tenant', 'other', false)")
        assert seen(connection) == ["c:other"]
        with pytest.raises(InsufficientPrivilege), connection.cursor() as cursor:
            record.put(cursor, actor="a", act="b.act.c", object_="d:e", at=AT, tenant="")
