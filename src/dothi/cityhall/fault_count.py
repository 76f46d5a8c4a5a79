# SPDX-License-Identifier: Apache-2.0
"""What is in the history of a city against what its writers were acknowledged."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psycopg

from dothi.broker.store import packing
from dothi.cityhall.fault_load import START, TERM

HISTORY = """
SELECT s.entity, s.attr, extract(epoch FROM h.at - %s)::bigint, count(*), min(h.num), max(h.num)
FROM broker.series s JOIN broker.history h ON h.series = s.id
WHERE h.superseded_at IS NULL AND (s.attr LIKE %s OR s.attr LIKE %s) AND s.entity = ANY(%s)
GROUP BY 1, 2, 3
"""
PACKED = """
SELECT s.entity, p.blob FROM broker.series s JOIN broker.history_packed p ON p.series = s.id
WHERE (s.attr LIKE %s OR s.attr LIKE %s) AND s.entity = ANY(%s)
"""
ATTRIBUTES = (f"%/{TERM}", "%/temperature")
PATIENCE = 30.0
"""Seconds for what the bus has acknowledged to reach the history."""

Found = dict[str, dict[int, tuple[int, float, float]]]
"""Entity -> reading number -> (rows, smallest value, largest value)."""


@dataclass(frozen=True)
class Count:
    """`lost`: acknowledged readings without a row of their value; `doubled`: readings with more than one row."""

    acknowledged: int
    lost: int
    doubled: int
    details: list[str]


def in_history(owner_url: str, entities: list[str]) -> Found:
    found: Found = {entity: {} for entity in entities}
    with psycopg.connect(owner_url) as connection:
        # One moment for both queries: a row that is packed in between would be counted twice.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for entity, _, number, count, low, high in connection.execute(
            HISTORY, (START, *ATTRIBUTES, entities)
        ):
            found[entity][number] = (count, low, high)
        for entity, blob in connection.execute(PACKED, (*ATTRIBUTES, entities)):
            _add_packed(found[entity], blob)
    return found


def _add_packed(found: dict[int, tuple[int, float, float]], blob: bytes) -> None:
    begin = int(START.timestamp())
    columns = packing.unpack(blob)
    for at, num, superseded in zip(
        columns.at.tolist(), columns.num.tolist(), columns.superseded.tolist(), strict=True
    ):
        if not superseded:
            number = at // 1_000_000 - begin
            count, low, high = found.get(number, (0, num, num))
            found[number] = (count + 1, min(low, num), max(high, num))


def compare(wanted: dict[str, set[int]], found: Found) -> Count:
    gone = {e: [n for n in ns if n not in found[e] or found[e][n][1:] != (n, n)] for e, ns in wanted.items()}
    return Count(
        acknowledged=sum(map(len, wanted.values())),
        lost=sum(map(len, gone.values())),
        doubled=sum(row[0] > 1 for rows in found.values() for row in rows.values()),
        details=[
            *(f"{e}: {len(ns)} missing, {min(ns)} to {max(ns)}" for e, ns in gone.items() if ns),
            *(
                f"{e}: {n} stands there {r[0]} times"
                for e, rows in found.items()
                for n, r in rows.items()
                if r[0] > 1
            ),
        ],
    )


def settled(owner_url: str, wanted: dict[str, set[int]]) -> Count:
    """The count when all is there, or when the patience is over."""
    deadline = time.monotonic() + PATIENCE
    while True:
        count = compare(wanted, in_history(owner_url, list(wanted)))
        if count.lost == 0 or time.monotonic() > deadline:
            return count
        time.sleep(0.5)
