# SPDX-License-Identifier: Apache-2.0
"""On a real database: many writers, processes killed at any moment, and nothing lost, skipped or numbered twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.ledger.cast import AT, CITY

from dothi.ledger import rules
from dothi.ledger.core import record, sequencer, store

ROOT = Path(__file__).parents[3]
LOOP = """
import psycopg, sys, time
from datetime import UTC, datetime
from tests.ledger.cast import CITY
from dothi.ledger.core import sequencer
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    print("ready", flush=True)
    while True:
        sequencer.number(connection, most=7)
        sequencer.sign(connection, CITY, at=datetime.now(UTC), force=True)
"""


def put(connection: psycopg.Connection[Any], name: str, **details: Any) -> None:
    with connection.cursor() as cursor:
        record.put(
            cursor,
            actor="account:an",
            act="sources.act.added",
            object_=f"source:{name}",
            at=AT,
            details=details,
        )


def numbered(url: str) -> list[tuple[int, str]]:
    """(leaf number, object), by number."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            b"SELECT l.number, r.object FROM ledger.leaf l JOIN ledger.record r ON r.id = l.record_id ORDER BY 1"
        ).fetchall()


def is_whole(url: str) -> int:
    """Every leaf fits its record, every checkpoint its leaves; how many leaves."""
    tree = rules.CompactRange()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        heads = {one.size: one.root for one in store.checkpoints(cursor)}
        rows = connection.execute(
            b"SELECT l.number, l.hash, r.body FROM ledger.leaf l JOIN ledger.record r ON r.id = l.record_id ORDER BY 1"
        ).fetchall()
        for place, (number, hash_, body) in enumerate(rows):
            assert (number, bytes(hash_)) == (place, rules.leaf_hash(body.encode()))
            tree.append(bytes(hash_))
            assert heads.pop(tree.size, tree.root()) == tree.root()
        assert heads == {}
        assert store.tree(cursor).root() == tree.root()
    return tree.size


def test_late_commit_is_numbered_late_and_not_skipped(ledger_writer: str) -> None:
    with (
        psycopg.connect(ledger_writer) as slow,
        psycopg.connect(ledger_writer, autocommit=True) as quick,
        psycopg.connect(ledger_writer, autocommit=True) as numbers,
    ):
        put(slow, "slow")
        put(quick, "quick")
        assert sequencer.number(numbers) == 1
        slow.commit()
        assert sequencer.number(numbers) == 1
        assert sequencer.number(numbers) == 0

    assert numbered(ledger_writer) == [(0, "source:quick"), (1, "source:slow")]


def test_record_goes_with_the_act_when_it_is_rolled_back(ledger_writer: str) -> None:
    with psycopg.connect(ledger_writer) as act:
        put(act, "undone")
        act.rollback()
    with psycopg.connect(ledger_writer, autocommit=True) as numbers:
        assert sequencer.number(numbers) == 0


def test_event_is_recorded_once_when_told_twice(ledger_writer: str) -> None:
    import uuid

    event = uuid.uuid4()
    with psycopg.connect(ledger_writer, autocommit=True) as connection, connection.cursor() as cursor:
        told = [
            record.put(cursor, actor="a", act="b.act.c", object_=f"d:{n}", at=AT, event_id=event)
            for n in range(2)
        ]
        sequencer.number(connection)

    assert told == [True, False]
    assert numbered(ledger_writer) == [(0, "d:0")]


def test_checkpoint_is_signed_each_minute_when_something_changed(ledger_writer: str) -> None:
    with psycopg.connect(ledger_writer, autocommit=True) as connection:

        def signed(seconds: float) -> bool:
            return sequencer.sign(connection, CITY, at=AT + timedelta(seconds=seconds))

        assert not signed(0)
        put(connection, "a")
        sequencer.number(connection)
        assert signed(0)
        assert not signed(100)
        put(connection, "b")
        sequencer.number(connection)
        assert not signed(59)
        assert signed(60)
        with connection.cursor() as cursor:
            assert [one.size for one in store.checkpoints(cursor)] == [1, 2]


def test_clock_set_back_does_not_stop_signing(ledger_writer: str) -> None:
    with psycopg.connect(ledger_writer, autocommit=True) as connection:
        for day in (2, 1):
            put(connection, f"day{day}")
            sequencer.number(connection)
            assert sequencer.sign(connection, CITY, at=AT + timedelta(days=day))


def test_key_is_introduced_once_when_started_twice(ledger_writer: str) -> None:
    with psycopg.connect(ledger_writer, autocommit=True) as connection, connection.cursor() as cursor:
        for _ in range(2):
            sequencer.catch_up(connection, CITY, at=AT)
        assert store.keys(cursor) == [CITY.key]
        assert store.newest(cursor).size == 1

    assert numbered(ledger_writer) == [(0, f"key:{CITY.key.id.hex()}")]


def _write(url: str, writer: int, count: int) -> None:
    chance = random.Random(writer)
    with psycopg.connect(url) as connection:
        for number in range(count):
            put(connection, f"{writer}-{number}")
            if chance.random() < 0.2:
                time.sleep(0.005)
            connection.commit()


@pytest.mark.slow
def test_nothing_is_lost_or_skipped_when_sequencers_are_killed_under_concurrent_writers(
    ledger_writer: str,
) -> None:
    writers, each = 6, 60
    threads = [threading.Thread(target=_write, args=(ledger_writer, n, each)) for n in range(writers)]
    chance = random.Random(15)
    for thread in threads:
        thread.start()
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", LOOP, ledger_writer],
            cwd=ROOT,
            env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.random() * 0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    for thread in threads:
        thread.join()
    with psycopg.connect(ledger_writer, autocommit=True) as connection:
        sequencer.catch_up(connection, CITY, at=AT)

    told = [name for _, name in numbered(ledger_writer) if name.startswith("source:")]
    assert sorted(told) == sorted(f"source:{w}-{n}" for w in range(writers) for n in range(each))
    assert is_whole(ledger_writer) == writers * each + 1


def test_proofs_hold_when_asked_of_the_store(ledger_writer: str) -> None:
    with psycopg.connect(ledger_writer, autocommit=True) as connection, connection.cursor() as cursor:
        heads = {}
        for number in range(37):
            put(connection, f"{number}")
            sequencer.number(connection)
            heads[number + 1] = store.tree(cursor).root()

        for size in (1, 2, 3, 16, 31, 37):
            for leaf in range(0, size, 3):
                hash_, path = store.inclusion(cursor, leaf=leaf, count=size)
                assert rules.is_included(leaf=leaf, size=size, leaf_=hash_, path=path, root=heads[size])
            for old in range(1, size + 1, 4):
                path = store.consistency(cursor, old=old, new=size)
                assert rules.is_consistent(
                    old=old, new=size, old_root=heads[old], new_root=heads[size], path=path
                )
