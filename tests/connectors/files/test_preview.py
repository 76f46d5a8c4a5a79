# SPDX-License-Identifier: Apache-2.0
"""Whole files by hand: what is understood, what is left out, what is refused, and that it adds up."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import msgspec
import openpyxl
import pytest

from dothi.connectors.files.plan import Plan
from dothi.connectors.files.preview import Preview, preview
from dothi.connectors.files.readings import Reading, RowError, read
from dothi.connectors.files.tables import open_table
from dothi.connectors.files.unpack import unpack
from dothi.foundation import messages
from dothi.foundation.errors import BadInput

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def look(text: str | bytes, name: str = "so-lieu.csv", **more: Any) -> Preview:
    found = preview(text.encode() if isinstance(text, str) else text, name, now=NOW, **more)
    counts = found.counts
    assert counts.good + sum(counts.refused.values()) + sum(counts.left_out.values()) == counts.rows
    assert all(found.told(language) for language in messages.LANGUAGES)
    return found


def readings(text: str | bytes, plan: Plan) -> list[Reading]:
    table = open_table(unpack(text.encode() if isinstance(text, str) else text, "x"), plan.sheet or None)
    return [reading for row in read(table.rows(), plan, now=NOW) for reading in row.readings]


def roles(found: Preview) -> list[tuple[str, str]]:
    return [(column.header, column.role) for column in found.plan.columns]


def keys(found: Preview) -> list[str]:
    return [sentence.key.removeprefix("connectors.files.") for sentence in found.sentences]


OFFICE = """\ufeffSỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG;;;;
KẾT QUẢ QUAN TRẮC KHÔNG KHÍ;;;;
;;;;
STT;Ngày giờ;Tên trạm;PM2.5 (µg/m³);Nhiệt độ (oC)
(1);(2);(3);(4);(5)
1;23/02/2021 21:00;Trạm Bà Chiểu;15,60476;28,3
2;23/02/2021 22:00;Trạm Bà Chiểu;KPH;28,1
3;23/02/2021 23:00;Trạm Bà Chiểu;--;lỗi đo
STT;Ngày giờ;Tên trạm;PM2.5 (µg/m³);Nhiệt độ (oC)
4;31/02/2021 00:00;Trạm Bà Chiểu;12,365;28,0
5;24/02/2021 01:00;Trạm Bà Chiểu;-999;27,5
6;24/02/2021 02:00;;11,2;27,5
7;24/02/2036 02:00;Trạm Bà Chiểu;11,2;27,5
8;24/02/2021 03:00;Trạm Bà Chiểu;NA;
;Trung bình;;13,6;28,0
Ghi chú: KPH là không phát hiện;;;;
;;;Hà Nội, ngày 25 tháng 02 năm 2021;
;;;Người lập biểu;
"""


def test_office_table_is_understood_when_it_has_every_habit() -> None:
    found = look(OFFICE)

    assert (found.plan.layout, found.plan.delimiter, found.plan.decimal, found.plan.encoding) == (
        "long",
        ";",
        ",",
        "UTF-8 (BOM)",
    )
    assert (found.plan.title_rows, found.plan.header_rows, found.plan.numbering_rows) == ([1, 2], [4], [5])
    assert roles(found) == [
        ("STT", "left_out"),
        ("Ngày giờ", "time"),
        ("Tên trạm", "station"),
        ("PM2.5", "value"),
        ("Nhiệt độ", "value"),
    ]
    assert [(c.term, c.unit_code) for c in found.plan.having("value")] == [
        ("pm25", "GQ"),
        ("temperature", "CEL"),
    ]
    assert found.counts.left_out == {
        "title": 2,
        "header": 1,
        "numbering": 1,
        "repeated_header": 1,
        "no_values": 1,
        "total": 1,
        "note": 3,
    }
    assert found.counts.refused == {"bad_time": 1, "no_station": 1, "future": 1, "not_a_number": 1}
    assert found.counts.missing == {
        "below_detection": 1,
        "dash": 1,
        "sentinel": 1,
        "not_available": 1,
        "empty": 1,
    }
    assert found.errors == [
        RowError(8, "not_a_number", "Nhiệt độ", "lỗi đo"),
        RowError(10, "bad_time", "Ngày giờ", "31/02/2021 00:00"),
        RowError(12, "no_station", "Tên trạm"),
        RowError(13, "future", "Ngày giờ", "24/02/2036 02:00"),
    ]


def test_readings_carry_time_unit_and_station_when_rows_are_good() -> None:
    found = readings(OFFICE, look(OFFICE).plan)

    assert found == [
        Reading("Trạm Bà Chiểu", datetime(2021, 2, 23, 14, tzinfo=UTC), "pm25", 15.60476, "GQ"),
        Reading("Trạm Bà Chiểu", datetime(2021, 2, 23, 14, tzinfo=UTC), "temperature", 28.3, "CEL"),
        Reading("Trạm Bà Chiểu", datetime(2021, 2, 23, 15, tzinfo=UTC), "temperature", 28.1, "CEL"),
        Reading("Trạm Bà Chiểu", datetime(2021, 2, 23, 18, tzinfo=UTC), "temperature", 27.5, "CEL"),
    ]


WIDE = "Ngày,Ba Đình,Thanh Liệt,Thanh Liệt,Hồ Tây\n01/02/2021,1.5,2,3,\n13/02/2021,0.5,,1,\nTổng,2,2,4,\nTrung bình,1,2,2,\n"


def test_columns_are_stations_when_none_names_a_quantity() -> None:
    found = look(WIDE, kind="rain")

    assert (found.plan.layout, found.counts.readings, found.counts.left_out) == (
        "wide",
        5,
        {"header": 1, "total": 2},
    )
    assert [(c.station, c.term, c.unit_code) for c in found.plan.having("value")] == [
        ("Ba Đình", "precipitation", "MMT"),
        ("Thanh Liệt", "precipitation", "MMT"),
        ("Thanh Liệt (2)", "precipitation", "MMT"),
    ]


def test_quantity_is_asked_for_when_a_table_of_stations_names_none() -> None:
    found = look(WIDE)

    assert (found.plan.ready, "wide_unknown" in keys(found)) == (False, True)


@pytest.mark.parametrize("name", ["luong_mua_2021.csv", "Lượng mưa - 2021.csv"])
def test_quantity_is_that_of_the_file_name_when_it_says_it(name: str) -> None:
    assert look(WIDE, name).plan.having("value")[0].term == "precipitation"


def test_quantity_is_that_of_the_title_when_it_says_it() -> None:
    found = look("Báo cáo: Lượng mưa (mm)\n" + WIDE)

    assert {(c.term, c.unit_code) for c in found.plan.having("value")} == {("precipitation", "MMT")}


def test_stations_stand_above_quantities_when_the_header_has_two_rows() -> None:
    text = "Ngày;Trạm A;;Trạm B;\n;PM2.5;PM10;PM2.5;PM10\n13/02/2021;1,5;2;3;4\n14/02/2021;1;2;3;4,5\n"

    found = readings(text, look(text).plan)

    assert [(r.station, r.term, r.value) for r in found[:4]] == [
        ("Trạm A", "pm25", 1.5),
        ("Trạm A", "pm10", 2),
        ("Trạm B", "pm25", 3),
        ("Trạm B", "pm10", 4),
    ]


def test_day_and_hour_make_one_instant_when_they_stand_in_two_columns() -> None:
    text = "Ngày;Giờ;Mực nước (m)\n13/02/2021;7h30;1,25\n;24;1,3\n;19:00;1,31\n14/02/2021;1;1,32\n;2;1,33\n"

    plan = look(text).plan

    assert (plan.carried, [f"{r.at:%d %H:%M}" for r in readings(text, plan)]) == (
        [0],
        ["13 00:30", "13 17:00", "13 12:00", "13 18:00", "13 19:00"],
    )


def test_parts_of_time_make_one_instant_when_each_has_a_column() -> None:
    text = "No,year,month,day,hour,PM2.5\n1,2013,3,1,0,4\n2,2013,3,1,1,NA\n3,2013,3,1,2,8\n4,2013,2,30,2,8\n"

    found = look(text)

    assert [f"{r.at:%Y-%m-%d %H}" for r in readings(text, found.plan)] == ["2013-02-28 17", "2013-02-28 19"]
    assert found.counts.refused in ({"no_time": 1}, {"bad_time": 1})


def test_rows_name_their_quantity_when_a_column_says_it() -> None:
    text = (
        "Thời gian;Trạm;Thông số;Giá trị;Đơn vị\n13/02/2021 01:00;A;PM2.5;12,5;µg/m³\n"
        "13/02/2021 01:00;A;Nhiệt độ;30,5;°C\n13/02/2021 01:00;A;;30,5;°C\n"
    )

    found = look(text)

    assert [(r.term, r.value, r.unit_code) for r in readings(text, found.plan)] == [
        ("pm25", 12.5, "GQ"),
        ("temperature", 30.5, "CEL"),
    ]
    assert found.counts.refused == {"no_parameter": 1}


def test_source_verdicts_are_kept_when_a_column_holds_them() -> None:
    text = "Time,PM2.5,QC Name\n2016-08-13 01:00 AM,5,Valid\n2016-08-13 02:00 AM,0,Invalid\n2016-08-13 03:00 AM,7,Suspect\n2016-08-13 04:00 AM,-999,Missing\n"

    found = look(text)

    assert [(r.value, r.remark) for r in readings(text, found.plan)] == [(5, ""), (7, "Suspect")]
    assert (found.counts.refused, found.counts.left_out) == (
        {"marked_invalid": 1},
        {"header": 1, "marked_missing": 1},
    )


def test_month_first_is_found_when_days_prove_it() -> None:
    text = "Time,Value\n04/13/2018 11:11:26 AM,1\n04/02/2018 11:11:26 PM,2\n"

    found = look(text)

    assert ([f"{r.at:%m-%d %H}" for r in readings(text, found.plan)], "month_first" in keys(found)) == (
        ["04-13 04", "04-02 16"],
        True,
    )


def test_decimal_mark_is_asked_when_nothing_in_the_file_proves_it() -> None:
    found = look("Ngày;Lượng mưa (mm)\n01/02/2021;1.234\n02/02/2021;2.345\n")

    assert {"unsure_days", "asked_decimal"} <= set(keys(found))
    assert not found.plan.ready


def test_decimal_mark_is_told_as_doubtful_when_only_another_column_proves_it() -> None:
    found = look("Ngày;Lượng mưa (mm);Nhiệt độ (°C)\n13/02/2021;1.234;21,5\n14/02/2021;2.345;22,5\n")

    assert "unsure_decimal" in keys(found)
    assert (found.plan.ready, [c.decimal for c in found.plan.having("value")]) == (True, [",", ","])


def test_start_is_asked_for_and_used_when_times_are_elapsed_seconds() -> None:
    text = "Time (s),Sound pressure level (dB)\n0,nan\n0.5,-40.75\n60,-34.1\n"
    plan = look(text).plan

    told = plan.ready
    plan.start = "2021-02-23T21:00:00"

    assert (told, plan.ready) == (False, True)
    assert [r.at for r in readings(text, plan)] == [
        datetime(2021, 2, 23, 14, 0, 0, 500_000, tzinfo=UTC),
        datetime(2021, 2, 23, 14, 1, tzinfo=UTC),
    ]


def test_serial_dates_are_instants_when_the_header_names_time() -> None:
    book = openpyxl.Workbook()
    worksheet = book.active
    for line in (
        ["Ngày", "Lượng mưa (mm)"],
        [44250.875, 1.5],
        [44251, 0],
        [datetime(2021, 2, 25), "KPH"],
        ["Tổng", 1.5],
    ):
        worksheet.append(line)
    out = io.BytesIO()
    book.save(out)

    found = look(out.getvalue(), "mua.xlsx")

    assert [(r.at, r.value) for r in readings(out.getvalue(), found.plan)] == [
        (datetime(2021, 2, 23, 14, tzinfo=UTC), 1.5),
        (datetime(2021, 2, 23, 17, tzinfo=UTC), 0),
    ]


def test_nothing_is_judged_when_no_reading_is_found() -> None:
    found = look("Mã tỉnh;Tên tỉnh\n01;Hà Nội\n79;Hồ Chí Minh\n")

    assert (found.plan.ready, found.counts.left_out, keys(found)) == (
        False,
        {"header": 1, "not_understood": 2},
        ["not_ready", "no_values", "no_time"],
    )


def test_names_that_differ_in_marks_are_told_when_both_occur() -> None:
    found = look("Ngày;Trạm;Mưa (mm)\n13/02/2021;Bà Rịa;1,5\n14/02/2021;Ba Ria;2\n15/02/2021;bà rịa;2\n")

    assert (
        found.told("vi")[-1]
        == "Các tên này chỉ khác nhau về dấu và được coi là các trạm khác nhau: ba ria, bà rịa. Hãy kiểm tra."
    )


def test_preview_survives_a_journey_when_written_as_json() -> None:
    found = look(OFFICE)

    assert msgspec.json.decode(msgspec.json.encode(found), type=Preview) == found


def test_plan_is_refused_when_its_zone_or_start_is_none() -> None:
    plan = look(OFFICE).plan
    plan.zone = "Asia/Nowhere"

    with pytest.raises(BadInput):
        look(OFFICE, plan=plan)
