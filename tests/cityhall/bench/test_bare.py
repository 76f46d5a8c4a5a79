# SPDX-License-Identifier: Apache-2.0
"""The bare work really writes what it counts."""

from __future__ import annotations

import psycopg
import pytest

from dothi.cityhall.bench import bare


@pytest.mark.parametrize("copy", [False, True])
def test_bare_work_stores_state_history_and_change_when_measured(empty_database: str, *, copy: bool) -> None:
    bare.prepare(empty_database)

    rate = bare.entities_per_second(empty_database, 0.4, size=20, copy=copy)

    with psycopg.connect(empty_database) as connection:
        history, change = connection.execute(
            "SELECT (SELECT count(*) FROM dothi_bench.history), (SELECT count(*) FROM dothi_bench.change)"
        ).fetchone() or (0, 0)
    assert rate > 50
    assert change > 0
    assert history == 2 * change


def test_bare_work_leaves_nothing_when_cleaned(empty_database: str) -> None:
    bare.prepare(empty_database)
    assert bare.commits(empty_database, 0.1) > 10

    bare.clean(empty_database)

    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT to_regnamespace('dothi_bench')").fetchone() == (None,)
