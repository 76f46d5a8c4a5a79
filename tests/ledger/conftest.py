# SPDX-License-Identifier: Apache-2.0
"""A database of each test's own with the ledger in it: what is committed to a ledger cannot be taken out again."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

import dothi.ledger

SCHEMA = Path(dothi.ledger.__file__).parent / "migrations" / "0001_ledger.sql"


@pytest.fixture
def ledger_owner(database: str) -> str:
    """The owner's URL of a database with an empty ledger."""
    with psycopg.connect(database) as connection:
        connection.execute(SCHEMA.read_bytes())
    return database


@pytest.fixture
def ledger_writer(ledger_owner: str, writer_url: str) -> str:
    """The same as dothi_writer."""
    del ledger_owner
    return writer_url


@pytest.fixture
def ledger_reader(ledger_owner: str, reader_url: str) -> str:
    """The same as dothi_reader."""
    del ledger_owner
    return reader_url
