# SPDX-License-Identifier: Apache-2.0
"""What the group does when a row cannot be measured."""

from __future__ import annotations

from collections.abc import Iterator

from dothi.cityhall.bench import core
from dothi.cityhall.bench.row import Row


def _half() -> Iterator[Row]:
    yield Row(group="core", name="first", value=1, unit="", target=0)
    raise RuntimeError("The load generator failed")


def test_group_goes_on_with_a_row_that_says_why_when_a_measurement_fails() -> None:
    rows = list(core._guarded("second", _half()))

    assert [(row.name, row.passed, row.note) for row in rows] == [
        ("first", True, ""),
        ("second", False, "failed: The load generator failed"),
    ]
