# SPDX-License-Identifier: Apache-2.0
"""Cells: numbers in both notations, instants in every local way, and why a value is missing."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.connectors.files.detect import Mark
from dothi.connectors.files.values import (
    Cell,
    Missing,
    Refused,
    TimeStyle,
    clean,
    clock,
    instant,
    missing,
    number,
)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("32,93571", ",", 32.93571),
        ("1.234,5", ",", 1234.5),
        ("1.234", ",", 1234),
        ("1 234,5", ",", 1234.5),
        ("-0,5", ",", -0.5),
        ("−0,5", ",", -0.5),
        ("1,234.5", ".", 1234.5),
        ("1.234", ".", 1.234),
        ("1,234", ".", 1234),
        (".5", ".", 0.5),
        ("45%", ".", 45),
        ("1.5E-3", ".", 0.0015),
        ("393", ",", 393),
    ],
)
def test_number_is_read_when_written_in_either_notation(text: str, decimal: Mark, value: float) -> None:
    assert number(text, decimal) == value


def test_number_is_read_when_its_unit_follows() -> None:
    assert [number("31,5 °C", ",", "°C"), number("31,5°C", ",", "°C"), number("31,5 mm", ",", "°C")] == [
        31.5,
        31.5,
        Refused("not_a_number"),
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, "empty"),
        ("", "empty"),
        ("--", "dash"),
        ("–", "dash"),
        ("...", "dash"),
        ("NA", "not_available"),
        ("nan", "not_available"),
        (math.nan, "not_available"),
        ("Không có số liệu", "not_available"),
        ("KPH", "below_detection"),
        ("kph", "below_detection"),
        ("<0,5", "below_detection"),
        ("< LOD".replace(" ", ""), "below_detection"),
        ("-999", "sentinel"),
        ("-999.0", "sentinel"),
        (-9999, "sentinel"),
        ("#DIV/0!", "fault"),
        ("Mất tín hiệu", "fault"),
        ("KĐ", "not_measured"),
    ],
)
def test_value_is_missing_with_its_reason_when_the_cell_says_so(cell: Cell, reason: str) -> None:
    assert number(cell, ".") == Missing(reason)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("12.5", "not_a_number"),  # a decimal point in a column of decimal commas is no number, never 125
        ("=A1+B1", "not_a_number"),
        ("1_000", "not_a_number"),
        ("0x10", "not_a_number"),
        ("inf", "not_a_number"),
        ("12,5,3", "not_a_number"),
        ("abc", "not_a_number"),
        (True, "not_a_number"),
        (date(2021, 1, 1), "not_a_number"),
        ("1" * 40, "out_of_range"),
        ("1E300", "out_of_range"),
        (math.inf, "out_of_range"),
        (">500", "beyond_limit"),
    ],
)
def test_value_is_refused_with_its_reason_when_it_is_no_number(cell: Cell, reason: str) -> None:
    assert number(cell, ",") == Refused(reason)


@given(
    st.floats(-1e12, 1e12, allow_nan=False).map(lambda v: round(v, 6)).filter(lambda v: v > -99),
    st.sampled_from([",", "."]),
)
def test_number_comes_back_when_written_with_groups(value: float, decimal: Mark) -> None:
    written = f"{value:,.6f}"
    if decimal == ",":
        written = written.translate(str.maketrans(",.", ".,"))

    assert number(written, decimal) == value


LOCAL = datetime(2021, 2, 23, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "style"),
    [
        ("23/02/2021 21:00", "dmy"),
        ("23/02/2021 21:00:00", "dmy"),
        ("23-02-2021 21:00", "dmy"),
        ("23.02.2021 21:00", "dmy"),
        ("23/2/21 21:00", "dmy"),
        ("21:00 23/02/2021", "dmy"),
        ("21h00 23/02/2021", "dmy"),
        ("23/02/2021 21h", "dmy"),
        ("23/02/2021, 21:00", "dmy"),
        ("23/02/2021 - 21g00", "dmy"),
        ("23/02/2021 9:00 PM", "dmy"),
        ("23/02/2021 9:00 CH", "dmy"),
        ("02/23/2021 09:00:00 PM", "mdy"),
        ("2021-02-23 21:00", "dmy"),
        ("2021/02/23 21:00:00.000", "dmy"),
        ("2021-02-23T14:00:00Z", "dmy"),
        ("2021-02-23T21:00:00+07:00", "dmy"),
        ("2021-02-23T14:00:00+0000", "dmy"),
        (datetime(2021, 2, 23, 21), "dmy"),
        (datetime(2021, 2, 23, 14, tzinfo=UTC), "dmy"),
        (44250.875, "serial"),
        ("44250,875", "serial"),
        (1614088800, "epoch"),
        ("1614088800000", "epoch_ms"),
    ],
)
def test_instant_is_local_time_when_the_cell_names_no_zone(cell: Cell, style: TimeStyle) -> None:
    assert instant(cell, style) == LOCAL


@pytest.mark.parametrize(
    "cell",
    [
        "23/02/2021",
        "Ngày 23 tháng 02 năm 2021",
        "ngày 23 tháng 2 năm 2021",
        date(2021, 2, 23),
        "2021-02-23",
        "22/02/2021 24:00",
    ],
)
def test_instant_is_local_midnight_when_only_a_day_stands(cell: Cell) -> None:
    assert instant(cell, "dmy") == datetime(2021, 2, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "31/02/2021",
        "32/01/2021",
        "01/13/2021",
        "25:00 01/02/2021",
        "1.2.10",
        "abc",
        "12,5",
        True,
        "1/2/3",
    ],
)
def test_instant_is_none_when_the_cell_is_no_time(cell: Cell) -> None:
    assert instant(cell, "dmy") is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(lambda d: d.replace(microsecond=0)))
def test_instant_comes_back_when_written_the_vietnamese_way(at: datetime) -> None:
    local = instant(f"{at:%d/%m/%Y %H:%M:%S}", "dmy")
    serial = instant((at - datetime(1899, 12, 30)) / timedelta(days=1), "serial")

    assert local == serial == at.replace(tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        ("07:30", 7.5),
        ("7h30", 7.5),
        ("7h", 7),
        (7, 7),
        ("7", 7),
        (24, 24),
        (0.5, 12),
        (time(7, 30), 7.5),
        ("19:00", 19),
    ],
)
def test_clock_is_time_since_midnight_when_it_stands_alone(cell: Cell, hours: float) -> None:
    assert clock(cell) == timedelta(hours=hours)


def test_clock_is_none_when_it_is_no_hour() -> None:
    assert [clock("25:00"), clock(25), clock("x"), clock(None), clock(1.5)] == [None] * 5


def test_text_is_composed_and_trimmed_when_cleaned() -> None:
    assert [clean("  Ha\u0300 No\u0323\u0302i\xa0"), clean(5), missing(clean("\xa0"))] == [
        "Hà Nội",
        5,
        Missing("empty"),
    ]
