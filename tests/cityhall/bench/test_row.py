# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from typing import Literal

import pytest

from dothi.cityhall.bench.row import Row, percentile, table


@pytest.mark.parametrize(
    ("value", "target", "better", "ratio", "ratio_target", "passed"),
    [
        (9_000, 8_000, "more", None, None, True),
        (7_000, 8_000, "more", None, None, False),
        (9_000, 8_000, "more", 0.3, 0.4, False),
        (9_000, 8_000, "more", 0.5, 0.4, True),
        (19, 20, "less", None, None, True),
        (math.nan, 20, "less", None, None, False),
    ],
)
def test_row_passes_when_value_and_ratio_reach_their_targets(
    *,
    value: float,
    target: float,
    better: Literal["more", "less"],
    ratio: float | None,
    ratio_target: float | None,
    passed: bool,
) -> None:
    row = Row(
        group="core", name="x", value=value, unit="1/s", target=target, better=better,
        ratio_to="bare", ratio=ratio, ratio_target=ratio_target,
    )  # fmt: skip

    assert row.passed is passed
    assert row.as_json()["pass"] is passed


def test_percentile_is_the_value_below_which_the_share_lies_when_sorted() -> None:
    assert percentile(range(100), 0.99) == 99
    assert percentile([5, 1, 3], 0.5) == 3
    assert math.isnan(percentile([], 0.5))


def test_table_has_a_line_for_each_row_when_printed() -> None:
    rows = [
        Row(
            group="core",
            name="updates",
            value=12_345.6,
            unit="1/s",
            target=8_000,
            ratio=0.5,
            ratio_target=0.4,
        )
    ]

    lines = table(rows).splitlines()

    assert lines[0].split() == ["group", "name", "value", "unit", "target", "ratio", "to", "pass", "note"]
    assert lines[1].split() == [
        "core",
        "updates",
        "12,346",
        "1/s",
        ">=",
        "8,000",
        "0.50",
        "(>=",
        "0.4)",
        "yes",
    ]


def test_row_is_neither_passed_nor_missed_when_skipped() -> None:
    row = Row(
        group="core", name="x", value=math.nan, unit="ms", target=1, note="skipped: no Chromium", skipped=True
    )

    assert row.as_json()["pass"] is None
    assert row.as_json()["value"] is None
    assert table([row]).splitlines()[1].split() == [
        "core", "x", "-", "ms", ">=", "1", "skipped", "skipped:", "no", "Chromium"
    ]  # fmt: skip
