# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import date

import pytest
from tests.places.rules.country import BOOK

from dothi.places.rules.address import Address, locate, parse

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "12 Lê Lợi, P. Thuận Hóa, TP. Huế",
            Address(house="12", street="Lê Lợi", ward="Phường Thuận Hóa", province="Thành phố Huế"),
        ),
        (
            "Số nhà 45/3A, kiệt 12, đường Nguyễn Huệ, tổ dân phố 5, phường Vỹ Dạ, thành phố Huế",
            Address(
                house="45/3A", alley="kiệt 12", street="đường Nguyễn Huệ", group="Tổ dân phố 5",
                ward="Phường Vỹ Dạ", province="Thành phố Huế",
            ),
        ),
        (
            "Thôn 3, xã Bình Mỹ, TP.HCM",
            Address(group="Thôn 3", ward="Xã Bình Mỹ", province="Thành phố HCM"),
        ),
        (
            "Số 8 ngõ 15 Trần Phú, P.Đa Kao, Q.1, TP.HCM",
            Address(
                house="8", alley="ngõ 15 Trần Phú", ward="Phường Đa Kao", legacy_district="Quận 1",
                province="Thành phố HCM",
            ),
        ),
        (
            "25 Võ Văn Ngân, P. Linh Chiểu, TP. Thủ Đức, TP. Hồ Chí Minh",
            Address(
                house="25", street="Võ Văn Ngân", ward="Phường Linh Chiểu", legacy_district="Thành phố Thủ Đức",
                province="Thành phố Hồ Chí Minh",
            ),
        ),
        ("Bến Nghé, Q1, HCM", Address(legacy_district="Quận 1", province="HCM", rest="Bến Nghé")),
        (
            "Ấp Bình An, xã Thạnh An, huyện Cần Giờ, tỉnh X",
            Address(
                group="Ấp Bình An", ward="Xã Thạnh An", legacy_district="Huyện Cần Giờ", province="Tỉnh X"
            ),
        ),
        ("Đặc khu Côn Đảo, TP.HCM", Address(ward="Đặc khu Côn Đảo", province="Thành phố HCM")),
        ("", Address()),
        (", ,;", Address()),
    ],
)  # fmt: skip
def test_address_is_taken_apart_when_written_as_people_write(text: str, expected: Address) -> None:
    assert parse(text, ("Huế", "Hồ Chí Minh")) == expected


@pytest.mark.parametrize(
    ("text", "day", "unit"),
    [
        ("12 Lê Lợi, P. Thuận Hóa, TP. Huế", TODAY, "h1"),
        ("12 Le Loi, phuong Thuan Hoa, thanh pho Hue", TODAY, "h1"),
        ("1 Đồng Khởi, P. Bến Nghé, Q.1, TP.HCM", TODAY, "26740"),
        ("1 Đồng Khởi, P. Bến Nghé, Q.1, TP.HCM", date(2025, 6, 30), "o1"),
        ("5 Yersin, P.1, TP. Thủ Dầu Một, tỉnh Bình Dương", TODAY, "25747"),
        ("Bến Nghé, Q1, HCM", TODAY, "26740"),
        ("9 Lê Duẩn, phường Sài Gòn, thành phố Hồ Chí Minh", TODAY, "26740"),
        ("xã Phú Xuân, Huế", TODAY, "h3"),
        ("phường Phú Xuân, Huế", TODAY, "h2"),
        ("TP. Huế", TODAY, "46"),
        ("tỉnh Bình Dương", TODAY, "79"),
        ("phường Bến Nghé, Huế", TODAY, None),
        ("Đâu đó", TODAY, None),
    ],
)
def test_address_leads_to_the_unit_of_the_day_when_located(text: str, day: date, unit: str | None) -> None:
    assert locate(BOOK, text, day).unit == unit


def test_address_is_written_by_the_two_level_system_when_it_named_a_district() -> None:
    found = locate(BOOK, "1 Đồng Khởi, P. Bến Nghé, Q.1, TP.HCM", TODAY)

    assert found.normal == "1 Đồng Khởi, Phường Sài Gòn, Thành phố Hồ Chí Minh"
    assert (found.address.legacy_district, found.written) == ("Quận 1", "o1")


def test_address_is_left_to_a_person_when_its_old_ward_was_split() -> None:
    found = locate(BOOK, "8 Trần Quang Khải, P. Đa Kao, Q.1, TP.HCM", TODAY)

    assert (found.unit, found.candidates) == (None, ("26740", "26737"))
