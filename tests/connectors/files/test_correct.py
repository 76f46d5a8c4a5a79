# SPDX-License-Identifier: Apache-2.0
"""What a person says of columns, and what becomes of the plan."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl

from dothi.connectors.files.plan import Column
from dothi.connectors.files.preview import Preview, preview
from dothi.connectors.files.told import Told, told

NOW = datetime(2021, 3, 1, tzinfo=UTC)


def look(text: str, **answers: str) -> Preview:
    named = {key.replace("_", "-"): answer for key, answer in answers.items()}
    return preview(text.encode(), "x.csv", answers=named, now=NOW)


def columns(found: Preview) -> list[str]:
    return [column.role for column in found.plan.columns]


def column(found: Preview, index: int) -> Column:
    return found.plan.columns[index]


def test_instants_are_read_when_a_column_is_said_to_hold_them() -> None:
    text = "Kỳ;Giá trị lạ;Mưa (mm)\n13.02.2021;5;1,5\n14.02.2021;6;2,5\n"

    found = look(text, role_0="time", role_1="left_out")

    assert columns(found) == ["time", "left_out", "value"]
    assert (found.plan.ready, found.counts.good, found.plan.layout) == (True, 2, "single")
    assert column(found, 1).why == "chosen"


def test_newly_chosen_column_wins_when_two_have_a_role_for_one() -> None:
    text = "Ngày;Ngày nhập;Mưa (mm)\n13/02/2021;20/02/2021;1,5\n14/02/2021;21/02/2021;2,5\n"

    found = look(text, role_0="time", role_1="time")

    assert columns(found) == ["left_out", "time", "value"]
    assert column(found, 0).why == "one_only"
    assert found.first_at == datetime(2021, 2, 19, 17, tzinfo=UTC)


def test_wide_table_becomes_long_when_a_station_column_is_chosen() -> None:
    text = "Ngày;Điểm;Hồ Tây;Ba Đình;Cầu Giấy\n13/02/2021;A;1,5;2;3\n14/02/2021;B;2,5;1;4\n"
    assert look(text).plan.layout in {"wide", "long"}

    found = look(text, role_1="station", term_2="precipitation")

    assert (found.plan.layout, found.stations) == ("long", ["A", "B"])
    assert {c.station for c in found.plan.having("value")} == {""}
    assert column(found, 2).term == "precipitation"


def test_unit_is_no_longer_assumed_when_it_is_written() -> None:
    text = "Ngày;Mưa\n13/02/2021;1,5\n"
    before = column(look(text), 1)

    kept, other, none = (column(look(text, unit_1=unit), 1) for unit in (before.unit, "cm", ""))

    assert before.unit_assumed
    assert (kept.unit_assumed, kept.unit_code) == (True, before.unit_code)
    assert (other.unit_assumed, other.unit_code) == (False, "CMT")
    assert (none.unit_assumed, none.unit_code) == (False, None)


def test_own_answer_wins_when_the_general_one_differs() -> None:
    text = "Ngày;Mưa (mm);Nước (m)\n13/02/2021;1.234;2.345\n"

    found = look(text, decimal=".", decimal_2=",")

    assert [c.decimal for c in found.plan.having("value")] == [".", ","]
    assert found.plan.ready


def test_all_rows_are_of_one_instant_when_the_file_has_no_times() -> None:
    found = look("Trạm;Mưa (mm)\nHồ Tây;1,5\nBa Đình;2,5\n", start="2021-02-13T07:00")

    assert (found.plan.ready, found.first_at, found.last_at) == (
        True,
        datetime(2021, 2, 13, 0, tzinfo=UTC),
        datetime(2021, 2, 13, 0, tzinfo=UTC),
    )


def test_nothing_changes_when_answers_name_nothing() -> None:
    text = "Ngày;Mưa (mm)\n13/02/2021;1,5\n"

    found = look(text, role_0="king", decimal_1="!", days_0="never", term_1="nothing", role_9="time")

    assert found.plan == look(text).plan


def _book() -> bytes:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Tháng 1"
    for line in (["Ngày", "Mưa (mm)"], [datetime(2021, 1, 3), 1.5], [datetime(2021, 1, 4), 2]):
        first.append(line)
    second = book.create_sheet("Tháng 2")
    for line in (
        ["Ghi chú", "Ngày", "Mưa (mm)"],
        ["x", datetime(2021, 2, 3), 9],
        ["y", datetime(2021, 2, 4), 8],
    ):
        second.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_another_sheet_is_read_afresh_when_it_is_chosen() -> None:
    answers = {"sheet": "Tháng 2", "of_sheet": "Tháng 1", "role-0": "time", "role-1": "value"}

    found: Told = told(_book(), "x.xlsx", answers)

    assert (found.sheet, found.sheets) == ("Tháng 2", ["Tháng 1", "Tháng 2"])
    assert [c.role for c in found.columns] == ["left_out", "time", "value"]
