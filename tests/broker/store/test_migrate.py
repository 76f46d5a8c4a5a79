# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import concurrent.futures

import psycopg
import pytest

from dothi.broker.errors import NewerDatabase
from dothi.broker.store.migrate import known, migrate, revert


def test_migrate_applies_once_when_run_twice(empty_database: str) -> None:
    assert migrate(empty_database) == known()
    assert migrate(empty_database) == []


def test_migrate_comes_back_when_reverted(empty_database: str) -> None:
    migrate(empty_database)

    undone = revert(empty_database)

    assert undone == known()[::-1]
    with psycopg.connect(empty_database) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE nspname IN ('broker', 'outbox') AND relkind IN ('r', 'p', 'S') AND relname <> 'migration'"
        ).fetchall()
    assert left == []
    assert migrate(empty_database) == known()


def test_migrate_refuses_when_database_is_newer(empty_database: str) -> None:
    migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("INSERT INTO broker.migration (name) VALUES ('9999_future')")

    with pytest.raises(NewerDatabase, match="9999_future"):
        migrate(empty_database)


def test_migrate_applies_once_when_started_thrice_at_once(empty_database: str) -> None:
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        applied = list(pool.map(lambda _: migrate(empty_database), range(3)))

    assert sorted(applied) == [[], [], known()]
