# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import psycopg
from tests.ledger.conftest import SCHEMA

from dothi.cityhall.bench import ledger


def test_rows_are_recorded_and_numbered_when_measured(database: str, writer_url: str) -> None:
    with psycopg.connect(database) as owner:
        owner.execute(SCHEMA.read_bytes())

    recorded, numbered = ledger.rows(writer_url, "identity", 0.2)

    assert recorded.value > 0
    assert numbered.value > 0
    with psycopg.connect(writer_url) as writer:
        leaves, waiting = writer.execute(
            b"SELECT (SELECT count(*) FROM ledger.leaf), (SELECT count(*) FROM ledger.waiting)"
        ).fetchone()
    assert leaves % ledger.ACTS == 0
    assert (leaves > 0, waiting) == (True, 0)
