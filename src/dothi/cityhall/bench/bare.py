# SPDX-License-Identifier: Apache-2.0
"""The same work done bare: lock, state, history, change, commit by psycopg's pipeline, with nothing around it.

What the product adds (HTTP, JSON-LD, rules, rights) is the difference to this, on the same machine and database.
"""

from __future__ import annotations

import json
import threading
import time
from importlib.resources import files

import psycopg

from dothi.foundation.sql import queries

_SQL = {
    name: text.encode() for name, text in queries(files("dothi.cityhall.bench").joinpath("bare.sql")).items()
}
GROUP = 64
"""Updates in one transaction: as many as arrive together from the load generator's connections."""


def prepare(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_SQL["drop"])
        connection.execute(_SQL["prepare"])
        connection.execute(_SQL["commit_table"])


def clean(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_SQL["drop"])


def commits(url: str, seconds: float) -> float:
    """Commits a second of one connection, each waiting for the disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        begun = time.perf_counter()
        count = 0
        while time.perf_counter() - begun < seconds:
            connection.execute(_SQL["commit_one"])
            count += 1
        return count / (time.perf_counter() - begun)


def _group(cursor: psycopg.Cursor[tuple[object, ...]], ids: list[str], number: int, *, copy: bool) -> None:
    state = json.dumps({"temperature": {"value": number % 97}, "relativeHumidity": {"value": number % 89}})
    states = [state] * len(ids)
    cursor.execute(_SQL["lock"], [ids])
    cursor.execute(_SQL["state"], [ids, states])
    if not copy:
        both = [*ids, *ids]
        attributes = [1] * len(ids) + [2] * len(ids)
        cursor.execute(_SQL["history_rows"], [both, attributes, [float(number % 97)] * len(both)])
    cursor.execute(_SQL["number"])
    cursor.execute(_SQL["change"], [ids, states])


def _work(url: str, first: int, size: int, until: float, counts: list[int], *, copy: bool) -> None:
    done = 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        number = 0
        while time.perf_counter() < until:
            start = first + number * size % 2_000
            ids = sorted(f"urn:bench:{start + n}" for n in range(size))
            if copy:
                with cursor.copy(_SQL["history"]) as sink:
                    for name in ids:
                        for attribute in (1, 2):
                            sink.write_row((1, name, attribute, 0, "now", "now", number % 97))
                _group(cursor, ids, number, copy=True)
                connection.commit()
            else:
                with connection.pipeline():
                    _group(cursor, ids, number, copy=False)
                    connection.commit()
            done += size
            number += 1
    counts.append(done)


def entities_per_second(
    url: str, seconds: float, *, size: int = GROUP, copy: bool = False, writers: int = 2
) -> float:
    """Entities (of two attributes each) a second, written by `writers` connections at once."""
    counts: list[int] = []
    begun = time.perf_counter()
    threads = [
        threading.Thread(
            target=_work, args=(url, n * 2_500, size, begun + seconds, counts), kwargs={"copy": copy}
        )
        for n in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)
