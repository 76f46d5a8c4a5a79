# SPDX-License-Identifier: Apache-2.0
"""What is opened and what is turned away, with a sentence that says what to do."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from dothi.connectors.files.unpack import Content, unpack
from dothi.foundation.errors import BadInput, DothiError, TooLarge

SHEET = {
    "[Content_Types].xml": b"<Types/>",
    "xl/workbook.xml": b"<workbook/>",
}


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"a;b\n1;2", "csv"),
        ("<table><tr><td>1".encode("utf-16"), "html"),
        (b"\xef\xbb\xbf  <div><table>", "html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "xml"),
        (_zip(SHEET), "xlsx"),
    ],
)
def test_format_is_that_of_the_content_when_the_name_lies(data: bytes, format_: str) -> None:
    assert unpack(data, "so-lieu.xls") == Content(data, "so-lieu.xls", format_)


def test_gzip_is_opened_when_it_has_several_members() -> None:
    data = gzip.compress(b"a;b\n") + gzip.compress(b"1;2\n")

    assert unpack(data, "x.csv.gz") == Content(b"a;b\n1;2\n", "x.csv", "csv")


@pytest.mark.parametrize(
    ("data", "error", "key"),
    [
        (gzip.compress(b"1;2\n" * 5_000_000, mtime=0), TooLarge, "too_large"),
        (gzip.compress(b"1;2\n" * 100, mtime=0)[:-20], BadInput, "damaged"),
        (b"\x1f\x8b" + b"\0" * 20, BadInput, "damaged"),
        (_zip({**SHEET, "xl/worksheets/sheet1.xml": b" " * 9_000_000}), TooLarge, "too_large"),
        (_zip({**SHEET, "xl/a.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), BadInput, "not_a_table"),
        (
            _zip({**SHEET, "xl/a.xml": '<!DOCTYPE x [<!ENTITY a "b">]>'.encode("utf-16")}),
            BadInput,
            "not_a_table",
        ),
        (_zip({"a.csv": b"1;2"}), BadInput, "not_a_table"),
        (_zip(SHEET)[:60], BadInput, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, BadInput, "old_excel"),
        (b"%PDF-1.7 ...", BadInput, "not_a_table"),
        (b'{"a": 1}', BadInput, "not_a_table"),
        (b"", BadInput, "empty"),
        (b" \r\n\t", BadInput, "empty"),
        (b"\xff\xfe", BadInput, "empty"),
    ],
    ids=lambda v: v if isinstance(v, str) else "" if isinstance(v, bytes) else None,
)
def test_file_is_refused_with_a_sentence_when_it_is_no_table_or_too_large(
    data: bytes, error: type[DothiError], key: str
) -> None:
    with pytest.raises(error) as caught:
        unpack(data, "x")

    assert caught.value.key == f"connectors.files.{key}"
    assert caught.value.sentence("vi")


def test_a_high_ratio_is_fine_when_the_whole_is_small() -> None:
    page = ("<table>" + "<tr><td align='center'>&nbsp;</td></tr>" * 20_000).encode("utf-16")

    assert unpack(gzip.compress(page), "2021.xls.gz").format == "html"
