# SPDX-License-Identifier: Apache-2.0
"""Headers of one to several rows, with titles above, units beneath, and names that repeat."""

from __future__ import annotations

import pytest

from dothi.connectors.files.headers import Header, find_header, is_numbering
from dothi.connectors.files.units import split_unit, term, unit_code
from dothi.connectors.files.values import Cell


def _found(*rows: list[Cell]) -> Header:
    return find_header([(number, cells) for number, cells in enumerate(rows, 1) if cells])


def _told(header: Header) -> tuple[list[int], int, list[tuple[str, str]]]:
    return [n for n, _ in header.rows], header.first_data_row, [(n.header, n.unit) for n in header.names]


def test_header_is_found_when_titles_stand_above() -> None:
    header = _found(
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["BÁO CÁO LƯỢNG MƯA"],
        [],
        ["STT", "Ngày", "Lượng mưa (mm)"],
        [1, "01/02/2021", "1,5"],
        [2, "02/02/2021", "0"],
    )

    assert _told(header) == ([4], 5, [("STT", ""), ("Ngày", ""), ("Lượng mưa", "mm")])
    assert [number for number, _ in header.titles] == [1, 2]


def test_header_joins_its_rows_when_groups_are_merged_above() -> None:
    header = _found(
        ["Thời gian", "Trạm A", None, "Trạm B", None],
        [None, "PM2.5", "PM10", "PM2.5", "PM10"],
        [None, "µg/m³", "µg/m³", "(mg/m³)", "µg/m³"],
        ["01/02/2021", "1", "2", "3", "4"],
    )

    assert _told(header) == (
        [1, 2, 3],
        4,
        [
            ("Thời gian", ""),
            ("Trạm A / PM2.5", "µg/m³"),
            ("Trạm A / PM10", "µg/m³"),
            ("Trạm B / PM2.5", "mg/m³"),
            ("Trạm B / PM10", "µg/m³"),
        ],
    )


def test_columns_get_a_suffix_when_their_name_repeats() -> None:
    header = _found(["Ngày", "Thanh Liệt", "Thanh Liệt", None], ["01/02/2021", "1", "2", "3"])

    assert [n.header for n in header.names] == ["Ngày", "Thanh Liệt", "Thanh Liệt (2)", "Cột 4"]


def test_columns_are_numbered_when_there_is_no_header() -> None:
    assert _told(_found(["01/02/2021", "1"], ["02/02/2021", "2"])) == ([], 1, [("Cột 1", ""), ("Cột 2", "")])


def test_header_is_one_row_when_all_columns_are_text() -> None:
    header = _found(["Danh sách"], ["Mã", "Tên"], ["a", "Tổ 1"], ["b", "Tổ 2"], ["c", "Tổ 3"])

    assert _told(header) == ([2], 3, [("Mã", ""), ("Tên", "")])


def test_column_numbers_are_no_data_when_they_stand_under_the_header() -> None:
    header = _found(
        ["STT", "Ngày", "Mưa"], ["(1)", "(2)", "(3)"], [1, "01/02/2021", "1,5"], [2, "02/02/2021", "2"]
    )

    assert (_told(header)[0], header.first_data_row, header.numbering) == (
        [1],
        3,
        [(2, ["(1)", "(2)", "(3)"])],
    )


@pytest.mark.parametrize(
    ("cells", "yes"),
    [
        (["A", "B", "1", "2", "3=1+2"], True),
        ([1, 2, 3], True),
        ([1, 2], False),
        ([5, 6, 7], False),
        (["x", "1", "2"], False),
    ],
)
def test_row_numbers_columns_when_it_counts_from_one(cells: list[Cell], *, yes: bool) -> None:
    assert is_numbering(cells) is yes


@pytest.mark.parametrize(
    ("header", "split"),
    [
        ("PM2.5 (µg/m³)", ("PM2.5", "µg/m³")),
        ("Nồng độ\nPM2.5\n[ug/m3]", ("Nồng độ PM2.5", "ug/m3")),
        ("Nhiệt độ (°C) TB", ("Nhiệt độ TB", "°C")),
        ("Mức ồn (dB(A))", ("Mức ồn", "dB(A)")),
        ("Lượng mưa (đơn vị: mm)", ("Lượng mưa", "mm")),
        ("Lượng mưa, mm", ("Lượng mưa", "mm")),
        ("Độ ẩm %", ("Độ ẩm", "%")),
        ("Date (LT)", ("Date (LT)", "")),
        ("Trạm A", ("Trạm A", "")),
        ("Đường 3/2 (Q10)", ("Đường 3/2 (Q10)", "")),
    ],
)
def test_unit_is_split_off_when_the_header_names_one(header: str, split: tuple[str, str]) -> None:
    assert split_unit(header) == split


def test_unit_codes_are_found_when_written_in_many_ways() -> None:
    written = ["µg/m³", "μg/m3", "UG/M3", "ug / m3", "ºC", "độ C", "%", "mm", "km/h", "xyz"]

    assert [unit_code(unit) for unit in written] == [
        "GQ",
        "GQ",
        "GQ",
        "GQ",
        "CEL",
        "CEL",
        "P1",
        "MMT",
        "KMH",
        None,
    ]


def test_terms_are_those_of_the_standard_when_names_are_known() -> None:
    names = [
        "PM2,5",
        "Bụi PM2.5",
        "Nhiệt độ",
        "Độ ẩm",
        "Lượng mưa",
        "NO₂",
        "Tổng Nitơ",
        "vehicleCount",
        "24h TB",
        "đ",
    ]

    assert [term(name) for name in names] == [
        "pm25", "pm25", "temperature", "relativeHumidity", "precipitation", "no2", "tongNito", "vehicleCount",
        "cot24hTb", "d",
    ]  # fmt: skip
