# SPDX-License-Identifier: Apache-2.0
"""Signed records in the database of the pages. They stay: a ledger forgets nothing, so each test names its own."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import psycopg
from tests.ledger.cast import AT, CITY

from dothi.foundation import clock
from dothi.ledger.core import record, sequencer


def plant(owner: str, count: int, *, actor: str = "account:acc_an", at: datetime = AT, **details: Any) -> str:
    """Commit and sign records on one object of chance; its name."""
    name = f"source:s{os.urandom(4).hex()}"
    with psycopg.connect(owner, autocommit=True) as connection, connection.cursor() as cursor:
        for _ in range(count):
            record.put(cursor, actor=actor, act="sources.act.changed", object_=name, at=at, details=details)
        sequencer.catch_up(connection, CITY, at=clock.now())
    return name
