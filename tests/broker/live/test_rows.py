# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dothi.broker.live.port import Reading
from dothi.broker.live.rows import csv_lines, safe_cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"), (-2.5, "-2.5"), ("-2,5", "-2,5"), ("+84", "+84"), (None, ""), (True, "true"), ("Bến Sậy", "Bến Sậy"),
    ],
)  # fmt: skip
def test_safe_cell_runs_nothing_in_a_spreadsheet(value: object, cell: str):
    assert safe_cell(value) == cell


def test_csv_lines_have_times_in_vietnam():
    at = datetime(2026, 1, 2, 23, 4, 5, tzinfo=UTC)
    reading = Reading(id=1, attr="pm25", value=31.5, unit="GQ", observed=at, recorded=at)

    assert csv_lines([reading], head=True).decode() == (
        "observed_at,recorded_at,attribute,value,unit,superseded_at\r\n"
        "2026-01-03T06:04:05.000+07:00,2026-01-03T06:04:05.000+07:00,pm25,31.5,GQ,\r\n"
    )
