# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.foundation import text


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Quận 1", "quan 1"),
        ("Đặng Thuỳ Trâm", "dang thuy tram"),
        ("Đặng Thùy Trâm", "dang thuy tram"),
        ("  P. Bến-Thành ", "p ben thanh"),
        ("HOÀ", "hoa"),
    ],
)
def test_fold_drops_marks_when_vietnamese(written: str, folded: str) -> None:
    assert text.fold(written) == folded


@given(st.text())
def test_fold_is_the_same_when_composed_or_decomposed(written: str) -> None:
    composed = text.fold(unicodedata.normalize("NFC", written))

    assert composed == text.fold(unicodedata.normalize("NFD", written))


def test_sort_key_orders_letters_then_tones_when_vietnamese() -> None:
    words = ["ơn", "ân", "đa", "an", "án", "àn", "ản", "ãn", "ạn", "dần", "ba", "ăn"]

    ordered = sorted(words, key=text.sort_key)

    assert ordered == ["an", "àn", "ản", "ãn", "án", "ạn", "ăn", "ân", "ba", "dần", "đa", "ơn"]


def test_sort_key_is_ascii_when_any_mark() -> None:
    assert text.sort_key("Nguyễn Thị Ánh 12").isascii()


def test_nfc_composes_and_trims_when_decomposed() -> None:
    assert text.nfc(" " + unicodedata.normalize("NFD", "Huế  đẹp")) == "Huế đẹp"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nguyeenx vawn hueej", "nguyễn văn huệ"),
        ("ddaf nawngx", "đà nẵng"),
        ("thuowngf tins", "thường tín"),
        ("thuwowngf", "thường"),
        ("ddoongs dda", "đống đa"),
        ("buoon ma thuootj", "buôn ma thuột"),
        ("tana", "tân"),
        ("dinhdj", "định"),
        ("suwr", "sử"),
        ("sach", "sach"),
        ("", ""),
    ],
)
def test_telex_fold_gives_the_words_when_typed_with_the_input_method_off(typed: str, meant: str) -> None:
    assert text.telex_fold(typed) == text.fold(meant)
