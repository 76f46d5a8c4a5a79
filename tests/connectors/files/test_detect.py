# SPDX-License-Identifier: Apache-2.0
"""Encodings, delimiters and decimal marks, each as offices really write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.connectors.files.detect import detect_decimal, detect_delimiter, detect_encoding, looks_ambiguous

TEXT = "Mã tỉnh;Tên tỉnh\r\n01;Thành phố Hà Nội\r\n79;Thành phố Hồ Chí Minh; phường Phú Thượng\r\n"
LETTERS = "aàảãáạăằẳẵắặâầẩẫấậđeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"
WORDS = st.text(
    st.sampled_from(LETTERS + LETTERS.upper() + " 0123456789bcghklmnpqrstvx,;-/"), min_size=1, max_size=60
)


def _to_1258(text: str) -> bytes:
    """As Windows writes it: the letter with its hat or horn in one byte, the tone in the next."""
    out = []
    for char in text:
        try:
            out.append(char.encode("cp1258"))
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = next(p for p in parts if p in "\u0300\u0301\u0303\u0309\u0323")
            out.append(
                unicodedata.normalize("NFC", parts.replace(tone, "")).encode("cp1258") + tone.encode("cp1258")
            )
    return b"".join(out)


def _read(data: bytes) -> str:
    with detect_encoding(data).open(data) as stream:
        return unicodedata.normalize("NFC", stream.read()).lstrip("\ufeff")


@pytest.mark.parametrize(
    ("data", "label", "decomposed"),
    [
        (TEXT.encode(), "UTF-8", False),
        (b"\xef\xbb\xbf" + TEXT.encode(), "UTF-8 (BOM)", False),
        (unicodedata.normalize("NFD", TEXT).encode(), "UTF-8", True),
        (TEXT.encode("utf-16"), "UTF-16", False),
        (TEXT.encode("utf-16-le"), "UTF-16", False),
        (TEXT.encode("utf-16-be"), "UTF-16", False),
        (_to_1258(TEXT), "Windows-1258", True),
    ],
)
def test_text_is_the_same_when_written_in_each_encoding(data: bytes, label: str, *, decomposed: bool) -> None:
    found = detect_encoding(data)

    assert (found.label, found.decomposed, _read(data)) == (label, decomposed, TEXT)


def test_western_text_is_not_taken_for_vietnamese_when_its_bytes_differ() -> None:
    data = "Température;Università;señor\r\nforêt;così;año\r\n".encode("cp1252")

    assert detect_encoding(data).label == "Windows-1252"


def test_a_file_cut_inside_a_letter_is_still_utf8_when_the_rest_is() -> None:
    found = detect_encoding((TEXT * 20).encode()[:-3] + b"\xe1\xbb")

    assert (found.label, found.damaged) == ("UTF-8", True)


@given(WORDS)
def test_any_vietnamese_text_comes_back_when_written_in_utf8_or_utf16(text: str) -> None:
    assert [_read(("é" + text).encode("utf-8")), _read(("é" + text).encode("utf-16"))] == ["é" + text] * 2


@given(WORDS)
def test_any_vietnamese_text_comes_back_when_written_in_windows_1258(text: str) -> None:
    text = "Đường ở Hà Nội: " + text

    assert _read(_to_1258(text)) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["a;b;c", "1,5;2,5;3", "1,5;2,5;3,1"], ";"),
        (["a,b,c", "1.5,2.5,3", "1;5,2,3"], ","),
        (["a\tb", "1,5\t2", "3,5\t4"], "\t"),
        (["a|b", "1|2", "3|4"], "|"),
        (['name,"a;b",x', '"p;q",2,3', '"r;s",2,3'], ","),
        (["BÁO CÁO QUAN TRẮC", "", "Ngày;Giá trị", "01/02/2021;1,5", "02/02/2021;2,5"], ";"),
        (["one", "two"], ","),
        ([], ","),
    ],
)
def test_delimiter_is_found_when_commas_are_decimal_marks_too(lines: list[str], mark: str) -> None:
    assert detect_delimiter(lines) == mark


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["32,93571", "393", "1200,603"], (",", True)),
        (["1.234,5"], (",", True)),
        (["1,234.5"], (".", True)),
        (["1.234.567"], (",", True)),
        (["0.123"], (".", True)),
        (["1.234", "2.345"], (",", False)),
        (["12", "7"], (",", False)),
    ],
)
def test_decimal_mark_is_proven_or_not_when_numbers_are_read(
    texts: list[str], found: tuple[str, bool]
) -> None:
    assert detect_decimal(texts, ",") == found


def test_a_number_is_ambiguous_when_it_reads_two_ways() -> None:
    assert [looks_ambiguous(["1.234"]), looks_ambiguous(["1.2"]), looks_ambiguous(["12"])] == [
        True,
        False,
        False,
    ]
