# SPDX-License-Identifier: Apache-2.0
"""What is compared is really tested, and not."""

from __future__ import annotations

import asyncio

from tests.broker.store.cast import rows

from dothi.cityhall.bench import graded


def test_one_half_is_tested_and_the_other_not_when_measured(database: str, writer_url: str) -> None:
    tested, untested = asyncio.run(graded.rates(writer_url, 0.6))

    kept = rows(
        database,
        "SELECT split_part(id, ':', 3), bool_and(attrs::text LIKE '%%\"~t\"%%'), bool_or(attrs::text LIKE '%%\"~t\"%%') "
        "FROM broker.entity GROUP BY 1 ORDER BY 1",
    )
    assert kept == [("pm25", True, True), ("px25", False, False)]
    assert tested > 0
    assert untested > 0
