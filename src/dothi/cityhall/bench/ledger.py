# SPDX-License-Identifier: Apache-2.0
"""How fast the ledger takes records, each in the transaction of its act, and gives them their leaves."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg

from dothi.cityhall.bench.row import Row
from dothi.foundation import clock
from dothi.ledger.core import record, sequencer, store
from dothi.ledger.core.sql import SQL

ACTS = 100
"""Acts in one transaction: an import, not a click."""


def _write(connection: psycopg.Connection[tuple[object, ...]], seconds: float) -> float:
    """Records written a second by one connection."""
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        with connection.transaction(), connection.cursor() as cursor:
            for number in range(ACTS):
                record.put(
                    cursor, actor="operator:bench", act="sources.act.changed", object_=f"bench:{number}", at=clock.now(),
                    details={"period": number},
                )  # fmt: skip
        count += ACTS
    return count / (time.perf_counter() - begun)


def _number(connection: psycopg.Connection[tuple[object, ...]]) -> float:
    """Leaves made a second, by us and by the city's own sequencer, which takes turns with us."""
    with connection.cursor() as cursor:
        before, begun = store.size(cursor), time.perf_counter()
        while sequencer.number(connection):
            pass
        return (store.size(cursor) - before) / (time.perf_counter() - begun)


def rows(url: str, group: str, seconds: float) -> Iterator[Row]:
    """Both figures; `url` is the writer's. While it is written nobody may number, so that each is measured alone."""
    with psycopg.connect(url, autocommit=True) as connection, psycopg.connect(url) as holder:
        holder.execute(SQL["be_sequencer"].encode())
        value = _write(connection, seconds)
        holder.rollback()
        numbered = _number(connection)
        yield Row(
            group=group, name="ledger rows recorded, one connection", value=value, unit="rows/s", target=0
        )
        yield Row(group=group, name="ledger rows numbered", value=numbered, unit="rows/s", target=0)
