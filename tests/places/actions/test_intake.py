# SPDX-License-Identifier: Apache-2.0
"""The official list and real borders, taken in: counts, doubts, and nothing the second time."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dothi.places import door
from dothi.places.actions.intake import take_list
from dothi.places.official_list import read_borders, read_list

pytestmark = pytest.mark.django_db
DAY = date(2025, 7, 1)


def _square(west: float, south: float, side: float) -> dict[str, Any]:
    east, north = west + side, south + side
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}  # fmt: skip


def _borders(*features: tuple[dict[str, Any], dict[str, Any]]) -> bytes:
    found = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


LIST = """mã;tên;loại;mã cấp trên
46;Huế;Thành phố;
19753;Thuận Hóa;Phường;46
19774;Phú Xuân;Phường;46
20014;Vỹ Dạ;Phường;46
""".encode()


def test_whole_country_is_taken_once_when_the_official_list_is_read(shared_data: Path) -> None:
    listed = read_list((shared_data / "admin/vn_units_full_2026-07-25.json.gz").read_bytes())

    first = take_list(listed=listed)
    again = take_list(listed=listed)

    assert (len(first.new), first.doubtful, again.writes, again.same) == (3355, [], False, 3355)
    tree = door.tree_at(date(2026, 1, 1))
    kinds = Counter(tree.units[u].kind for root in tree.roots() for u in tree.children(root))
    assert len(tree.roots()) == 34
    assert kinds == {"Xã": 2611, "Phường": 697, "Đặc khu": 13}
    assert door.by_code("00004", at=date(2026, 1, 1)) == ["00004"]


def test_real_borders_are_joined_and_a_point_is_found_fast_when_provinces_and_wards_are_taken(
    shared_data: Path,
) -> None:
    admin = shared_data / "admin"
    listed = read_list((admin / "vn_units_full_2026-07-25.json.gz").read_bytes())
    borders = [
        border
        for name in ("vn_provinces_34", "wards_01_ha_noi", "wards_79_ho_chi_minh")
        for border in read_borders((admin / f"{name}.geojson.gz").read_bytes())
    ]

    report = take_list(listed=listed, borders=borders)
    again = take_list(listed=listed, borders=borders)

    # Their drawn size differs from the stated one by more than a fifth: a person looks at them.
    assert {(d.why, d.code) for d in report.doubtful} == {
        ("border_size", code) for code in ("56", "09988", "26536", "26968")
    }
    assert report.borders_new == 34 + 126 + 168 - 4
    assert (again.writes, again.doubtful, again.borders_same) == (False, report.doubtful, report.borders_new)
    door.unit_of_point(105.85, 21.03)  # the first question after a change reads all borders
    with CaptureQueriesContext(connection) as queries:
        door.unit_of_point(105.85, 21.03)
    assert len(queries) == 2
    begun = time.perf_counter()
    found = [door.unit_of_point(105.8412, 21.0245), door.unit_of_point(106.7004, 10.7757)]
    took = (time.perf_counter() - begun) / 2
    assert took < 0.05
    assert [str(unit) for unit in found] == ["Phường Văn Miếu - Quốc Tử Giám", "Phường Sài Gòn"]


def test_list_says_what_it_would_do_and_does_nothing_when_rehearsed() -> None:
    report = take_list(listed=read_list(LIST), rehearse=True)

    assert report.new == ["46", "19753", "19774", "20014"]
    assert not door.units_at().exists()
    assert take_list(listed=read_list(LIST)).new == report.new


def test_only_one_province_is_taken_when_asked() -> None:
    two = LIST + "79;Hồ Chí Minh;Thành phố;\n26740;Sài Gòn;Phường;79\n".encode()

    assert take_list(listed=read_list(two), only="79").new == ["79", "26740"]


def test_unit_is_left_to_a_person_when_only_its_code_or_only_its_name_agrees() -> None:
    take_list(listed=read_list(LIST))
    other = LIST.replace("19753;Thuận Hóa".encode(), "19753;Thuận Lộc".encode()).replace(b"20014;", b"20999;")

    report = take_list(listed=read_list(other))

    assert [(d.why, d.code, d.seen) for d in report.doubtful] == [
        ("code_only", "19753", "Phường Thuận Hóa"),
        ("name_only", "20999", "20014"),
    ]
    assert (report.writes, report.same) == (False, 2)


def test_doubt_is_written_as_renaming_and_new_code_when_a_person_accepted_it() -> None:
    take_list(listed=read_list(LIST), day=DAY)
    other = LIST.replace("19753;Thuận Hóa".encode(), "19753;Thuận Lộc".encode()).replace(b"20014;", b"20999;")

    report = take_list(listed=read_list(other), day=date(2026, 6, 1), accepted=["19753", "20999"])

    assert (sorted(report.changed), report.doubtful) == (["19753", "20014"], [])
    assert [door.tree_at(day).units["19753"].name for day in (date(2026, 5, 31), date(2026, 6, 1))] == [
        "Thuận Hóa", "Thuận Lộc"]  # fmt: skip
    assert [one.why for one in door.search("thuan hoa")] == ["former_name"]
    assert door.by_code("20014") == door.by_code("20999") == ["20014"]
    assert door.by_code("20014", at=date(2026, 6, 1)) == []
    assert not take_list(listed=read_list(other)).writes


def test_renamed_unit_is_sure_when_its_ground_is_the_same() -> None:
    borders = _borders(({"code": "19753", "fullName": "Phường Thuận Hóa"}, _square(107.5, 16.4, 0.1)))
    take_list(listed=read_list(LIST), borders=read_borders(borders), day=DAY)
    other = LIST.replace("19753;Thuận Hóa".encode(), "19753;Thuận Lộc".encode())
    again = _borders(({"code": "19753", "fullName": "Phường Thuận Lộc"}, _square(107.5, 16.4, 0.1)))

    report = take_list(listed=read_list(other), borders=read_borders(again), day=date(2026, 6, 1))

    assert (report.changed, report.doubtful, report.borders_same) == (["19753"], [], 1)


@pytest.mark.parametrize(
    ("properties", "boundary", "why"),
    [
        ({"code": "19753", "name": "Phường Khác"}, _square(107.5, 16.4, 0.1), "border_code_only"),
        ({"code": "1", "name": "Phường Thuận Hóa", "provinceCode": "79"}, _square(107.5, 16.4, 0.1), "border_name_only"),
        ({"code": "1", "name": "Phường Lạ"}, _square(107.5, 16.4, 0.1), "border_unknown"),
        ({"code": "19753", "name": "Phường Thuận Hóa"}, _square(100, 10, 0.1), "border_code_only"),
        ({"code": "19753", "name": "Phường Thuận Hóa", "provinceCode": "46"}, _square(100, 10, 0.1), "border_elsewhere"),
        ({"code": "19753", "name": "Phường Thuận Hóa", "areaKm2": 1}, _square(107.5, 16.4, 0.1), "border_size"),
        ({"code": "19753", "name": "Phường Thuận Hóa"}, {"type": "Point", "coordinates": [1, 2]}, "border_broken"),
        ({"code": "19753", "name": "Phường Thuận Hóa"}, {}, "border_broken"),
    ],
)  # fmt: skip
def test_border_is_left_to_a_person_when_it_is_doubtful(
    properties: dict[str, Any], boundary: dict[str, Any], why: str
) -> None:
    city = ({"code": "46", "fullName": "Thành phố Huế"}, _square(107, 16, 1))

    report = take_list(
        listed=read_list(LIST), borders=read_borders(_borders(city, (properties, boundary))), day=DAY
    )

    assert ([d.why for d in report.doubtful], report.borders_new) == ([why], 1)


def test_border_is_joined_by_name_and_ground_when_its_file_has_no_codes() -> None:
    city = ({"code": "46", "fullName": "Thành phố Huế"}, _square(107, 16, 1))
    first = ({"name": "Phường Thuận Hóa", "code": "19753"}, _square(107.5, 16.4, 0.1))
    take_list(listed=read_list(LIST), borders=read_borders(_borders(city, first)), day=DAY)

    report = take_list(
        listed=read_list(LIST),
        borders=read_borders(_borders(({"name": "Phường Thuận Hóa"}, _square(107.5, 16.4, 0.101)))),
        day=date(2026, 6, 1),
    )

    assert (report.borders_changed, report.doubtful) == (1, [])
    old, new = (door.unit_of_point(107.6005, 16.45, day) for day in (date(2026, 5, 31), date(2026, 6, 1)))
    assert (str(old), str(new)) == ("Thành phố Huế", "Phường Thuận Hóa")


def test_crossing_ring_is_set_right_and_told_when_taken() -> None:
    bow = {"type": "Polygon", "coordinates": [[[107.5, 16.4], [107.6, 16.5], [107.6, 16.4], [107.5, 16.5], [107.5, 16.4]]]}  # fmt: skip
    borders = _borders(({"code": "19753", "name": "Phường Thuận Hóa", "parentCode": "46"}, bow))

    report = take_list(listed=read_list(LIST), borders=read_borders(borders), day=DAY)

    assert (report.mended, report.borders_new) == (["19753"], 1)


GONE = """mã;tên;loại;mã cấp trên;từ ngày;đến ngày;đơn vị sau;căn cứ
46;Huế;Thành phố;;01/01/2000;;;
19753;Thuận Hóa;Phường;46;01/07/2025;;;
19774;Phú Xuân;Phường;46;01/07/2025;;;
474;Thành phố Huế cũ;Thành phố;46;01/01/2000;01/07/2025;19753 19774;NQ 1675/NQ-UBTVQH15
19756;Phú Nhuận;Phường;474;01/01/2000;01/07/2025;19753;NQ 1675/NQ-UBTVQH15
19759;Phú Hội;Phường;474;01/01/2000;01/07/2025;19753;NQ 1675/NQ-UBTVQH15
""".encode()


def test_units_that_are_gone_are_joined_to_their_successors_when_listed() -> None:
    first = take_list(listed=read_list(GONE))
    again = take_list(listed=read_list(GONE))

    assert (len(first.new), first.events, first.doubtful) == (6, 2, [])
    assert (again.writes, again.same) == (False, 6)
    assert door.heirs("19756") == ["19753"]
    assert sorted(door.predecessors("19753")) == ["19756", "19759", "474"]
    assert door.tree_at(date(2025, 6, 30)).subtree("46") == ["46", "474", "19759", "19756"]
    assert door.find_address("3 Bến Nghé, P. Phú Hội, TP. Huế").unit == "19753"


def test_code_that_is_used_again_gets_its_own_unit_when_its_former_one_is_gone() -> None:
    used_again = GONE.replace(b"19756;", b"19753;")

    report = take_list(listed=read_list(used_again))

    assert "19753-20000101" in report.new
    assert door.by_code("19753", at=date(2020, 1, 1)) == ["19753-20000101"]
    assert door.by_code("19753", at=date(2026, 1, 1)) == ["19753"]
