# SPDX-License-Identifier: Apache-2.0
"""Rows out of CSV, workbooks, HTML and XML: the same cells from each."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest

from dothi.connectors.files.tables import MAX_ROWS, Table, open_table
from dothi.connectors.files.unpack import unpack
from dothi.connectors.files.values import Cell
from dothi.foundation.errors import BadInput, TooLarge


def table(data: bytes | str, sheet: str | None = None) -> Table:
    return open_table(unpack(data.encode() if isinstance(data, str) else data, "x"), sheet)


def rows(data: bytes | str, sheet: str | None = None) -> list[tuple[int, list[Cell]]]:
    return list(table(data, sheet).rows())


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets:
        worksheet = book.create_sheet(name)
        for line in lines:
            worksheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_rows_keep_their_spreadsheet_number_when_blank_ones_are_passed() -> None:
    assert rows("a;b\r\n\r\n1,5;2\r\n;;\r\n3;\r\n") == [(1, ["a", "b"]), (3, ["1,5", "2"]), (5, ["3"])]


def test_quoted_cells_hold_delimiters_and_lines_when_quoted_well() -> None:
    text = 'Ngày;"Nồng độ\nPM2.5 (µg/m³)"\n01/02/2021;"1;5"\n"a ""b""";2\n'

    assert rows(text) == [
        (1, ["Ngày", "Nồng độ\nPM2.5 (µg/m³)"]),
        (2, ["01/02/2021", "1;5"]),
        (3, ['a "b"', "2"]),
    ]


def test_one_line_only_is_spoilt_when_a_quote_is_never_closed() -> None:
    text = 'a;b\n"x;1\n' + "".join(f"{n};{n}\n" for n in range(100))

    found = rows(text)

    assert (len(found), found[1], found[-1]) == (102, (2, ['"x', "1"]), (102, ["99", "99"]))


def test_a_quote_inside_a_cell_is_a_letter_when_the_cell_began_without_one() -> None:
    assert rows('a;b\nống 5";2\nống 6";3\n')[1:] == [(2, ['ống 5"', "2"]), (3, ['ống 6"', "3"])]


def test_delimiter_is_the_named_one_when_the_first_line_names_it() -> None:
    assert rows("sep=|\na|b;c\n1|2;3\n") == [(2, ["a", "b;c"]), (3, ["1", "2;3"])]


def test_formulas_are_text_when_they_stand_in_csv() -> None:
    assert rows("a;b\n=1+1;\"=cmd|' /C calc'!A0\"\n")[1] == (2, ["=1+1", "=cmd|' /C calc'!A0"])


def test_first_sheet_with_a_table_is_read_when_others_are_covers() -> None:
    data = workbook(
        ("Bìa", [["Báo cáo"]]),
        ("Tháng 1", [["Ngày", "Mưa"], ["01/02/2021", 1.5]]),
        ("Tháng 2", [[1, 2], [3, 4]]),
    )

    found = table(data)

    assert (found.sheet, found.sheets) == ("Tháng 1", ("Bìa", "Tháng 1", "Tháng 2"))
    assert rows(data, "Tháng 2") == [(1, [1, 2]), (2, [3, 4])]


def test_cells_keep_their_kind_when_they_come_from_a_workbook() -> None:
    data = workbook(
        (
            "A",
            [
                ["x", "y", "z", "t"],
                [datetime(2021, 2, 23, 21), 1.5, True, time(7, 30)],
                [date(2021, 2, 23), 2, None, None],
            ],
        )
    )

    assert rows(data)[1:] == [
        (2, [datetime(2021, 2, 23, 21), 1.5, True, time(7, 30)]),
        (3, [datetime(2021, 2, 23), 2]),
    ]


def test_a_far_row_is_refused_when_a_workbook_claims_more_than_a_million() -> None:
    book = workbook(("A", [["x", "y"], [1, 2]]))
    source = io.BytesIO(book)
    out = io.BytesIO()
    import zipfile

    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                data = (
                    data.replace(b'r="2"', b'r="999999999"')
                    .replace(b'r="A2"', b'r="A999999999"')
                    .replace(b'r="B2"', b'r="B999999999"')
                )
            new.writestr(entry, data)

    with pytest.raises(TooLarge):
        for _ in open_table(unpack(out.getvalue(), "x"), "A").rows():
            pass


def test_table_is_refused_when_it_is_too_long_or_too_wide() -> None:
    with pytest.raises(TooLarge):
        rows(";".join("a" * 1001) + "\n" + ";".join("1" * 1001))
    with pytest.raises(TooLarge):
        for _ in table("1\n" * (MAX_ROWS + 501)).rows():
            pass


def test_damaged_workbook_is_refused_when_a_part_is_no_xml() -> None:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "no xml")
        archive.writestr("[Content_Types].xml", "no xml")

    with pytest.raises(BadInput) as caught:
        table(out.getvalue())
    assert caught.value.key == "connectors.files.damaged"


HTML = """<div class='container'><table><thead><tr><th rowspan=2>Ngày</th><th colspan="2">Trạm A</th></tr>
<tr><th>PM2.5<br>(µg/m³)</th><th>
 PM10</th></tr></thead><tbody><tr><td>01/02/2021</td><td>1,5</td><td>&nbsp;</td></tr>
<tr><td rowspan="2">02/02/2021<td>2&#44;5<td>A&amp;B</tr><tr><td>3</td><td>4</td></tr></tbody></table></div'"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_html_tables_are_rows_when_cells_span(encoding: str) -> None:
    assert rows(HTML.encode(encoding)) == [
        (1, ["Ngày", "Trạm A"]),
        (2, ["Ngày", "PM2.5\n(µg/m³)", "PM10"]),
        (3, ["01/02/2021", "1,5"]),
        (4, ["02/02/2021", "2,5", "A&B"]),
        (5, ["02/02/2021", "3", "4"]),
    ]


def test_largest_table_is_read_when_tables_nest_or_follow() -> None:
    page = "<table><tr><td>menu</td></tr><tr><td><table><tr><td>a<td>b<tr><td>1<td>2<tr><td>3<td>4</table></td></tr></table>"

    assert rows(page) == [(1, ["a", "b"]), (2, ["1", "2"]), (3, ["3", "4"])]


def test_scripts_are_no_cells_when_a_page_holds_them() -> None:
    page = "<table><tr><td>a<script>var x = '<td>';</script></td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"

    assert rows(page) == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_page_is_refused_when_it_holds_no_table() -> None:
    with pytest.raises(BadInput):
        table("<html><body>Đăng nhập</body></html>")


XML = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Mưa"><Table>
<Row><Cell><Data ss:Type="String">Ngày</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">Mưa</Data></Cell></Row>
<Row><Cell><Data ss:Type="DateTime">2021-01-17T00:00:00.000</Data></Cell><Cell/><Cell><Data ss:Type="Number">43.2</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_xml_workbooks_are_rows_when_named_xls() -> None:
    assert (table(XML).sheet, rows(XML)) == (
        "Mưa",
        [(1, ["Ngày", None, "Mưa"]), (2, ["2021-01-17T00:00:00.000", None, 43.2])],
    )
