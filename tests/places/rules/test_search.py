# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import date

import pytest
from tests.places.rules.country import BOOK

from dothi.places.rules.search import search

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("Sài Gòn", "26740"),
        ("sai gon", "26740"),
        ("P. Sài Gòn", "26740"),
        ("p.sai gon", "26740"),
        ("phường Sài Gòn, TP.HCM".replace(", TP.HCM", ""), "26740"),
        ("TP. Huế", "46"),
        ("tp hue", "46"),
        ("hueej", "46"),
        ("TP.HCM", "79"),
        ("tphcm", "79"),
        ("Q.1", "760"),
        ("quận 1", "760"),
        ("Q1", "760"),
        ("thuaanj hoas", "h1"),
        ("thuận hoá", "h1"),
        ("cu ten", "x1"),
        ("26740", "26740"),
        ("26743", "o1"),
        ("h57", "46"),
        ("X. Phú Xuân", "h3"),
        ("P. Phú Xuân", "h2"),
        ("má", "m1"),
        ("Ma", "m2"),
        ("tan", "26737"),
        ("xuan hue", "h2"),
    ],
)
def test_search_finds_first_what_is_meant_when_written_as_people_write(words: str, first: str) -> None:
    assert search(BOOK, words, TODAY)[0].id == first


def test_search_says_what_stands_for_a_unit_when_it_is_gone() -> None:
    district = search(BOOK, "quận 1", TODAY)[0]
    ward = search(BOOK, "ben nghe", TODAY)[0]

    assert (district.why, district.heirs, district.above) == (
        "gone", ("26740", "26737"), ("Thành phố Hồ Chí Minh",))  # fmt: skip
    assert (ward.why, ward.heirs) == ("gone", ("26740",))
    assert search(BOOK, "quận 1", date(2025, 6, 30))[0].why == "name"


def test_search_names_the_former_name_when_it_was_found_by_it() -> None:
    found = search(BOOK, "cũ tên", TODAY)[0]

    assert (found.id, found.title, found.matched, found.why) == (
        "x1",
        "Xã Bình Mỹ",
        "Xã Cũ Tên",
        "former_name",
    )


def test_search_gives_each_unit_once_and_units_of_today_first_when_several_fit() -> None:
    found = [one.id for one in search(BOOK, "thu dau mot", TODAY)]

    assert found == ["25747", "718", "o3", "o4"]


@pytest.mark.parametrize("words", ["", "   ", "...", "không có nơi này", "%_"])
def test_search_finds_nothing_when_nothing_fits(words: str) -> None:
    assert search(BOOK, words, TODAY) == []
