# SPDX-License-Identifier: Apache-2.0
"""Pages of places, as An of the city sees them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dothi.identity.models import RightsEdition
from dothi.places import door
from dothi.places.models import CalendarDay, PlaceSetting, Unit, WorkingWeek

pytestmark = pytest.mark.django_db
DAY = date(2025, 7, 1)


def _square(west: float, south: float, side: float) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def hue(db: None) -> None:
    door.put_units(
        units=[
            door.NewUnit(id="46", kind="Thành phố", name="Huế", code="46", valid_from=date(2000, 1, 1), boundary=_square(107, 16, 1)),
            door.NewUnit(id="19753", kind="Phường", name="Thuận Hóa", parent="46", code="19753", boundary=_square(107.5, 16.4, 0.1)),
            door.NewUnit(id="o1", kind="Phường", name="Phú Hội", parent="46", code="19759", valid_from=date(2000, 1, 1), valid_to=DAY),
        ]
    )  # fmt: skip
    door.replace_units(kind="merge", day=DAY, before=["o1"], after=["19753"], basis="NQ 1675/NQ-UBTVQH15")


def _page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_pages_lead_to_sign_in_when_nobody_is_signed_in(hue: None) -> None:
    addresses = ["", "unit/46/", "add/", "unit/46/change/", "event/", "import/", "calendar/"]

    assert [Client().get(f"/places/{address}").status_code for address in addresses] == [302] * 7


def test_writing_pages_are_refused_when_the_position_lets_one_only_look(
    hue: None, signed_in: Client, dung: Any
) -> None:
    dung.posts.update(position="operator")
    RightsEdition.objects.update(mark="changed")

    looked = [signed_in.get(f"/places/{a}").status_code for a in ("", "unit/46/", "calendar/")]
    wrote = [
        signed_in.post(f"/places/{a}").status_code
        for a in ("add/", "import/", "calendar/day/", "unit/46/home/")
    ]

    assert (looked, wrote) == ([200] * 3, [403] * 4)
    assert PlaceSetting.objects.count() == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_tree_of_today_and_of_another_day_differ_when_looked_at(
    hue: None, signed_in: Client, language: str
) -> None:
    signed_in.cookies["dothi_language"] = language

    now, before = _page(signed_in, "/places/"), _page(signed_in, "/places/?at=2025-06-30")

    assert "Phường Thuận Hóa" in now
    assert "Phường Phú Hội" not in now
    assert "Phường Phú Hội" in before
    assert "30/06/2025" in before


def test_empty_installation_says_what_to_do_when_it_has_no_units(signed_in: Client) -> None:
    assert "Nhập danh mục hành chính" in _page(signed_in, "/places/")


def test_former_unit_is_found_with_its_heir_when_searched_without_marks(hue: None, signed_in: Client) -> None:
    page = _page(signed_in, "/places/?q=phu+hoi")

    assert "Phường Phú Hội" in page
    assert "/places/unit/19753/" in page
    assert "đơn vị cũ" in page


def test_address_is_located_when_it_is_searched(hue: None, signed_in: Client) -> None:
    page = _page(signed_in, "/places/?q=3+Bến+Nghé,+P.+Phú+Hội,+Q.+Cũ,+TP.+Huế")

    assert "3 Bến Nghé, Phường Thuận Hóa, Thành phố Huế" in page
    assert "Quận Cũ" in page


def test_unit_shows_what_it_came_from_and_its_point_in_both_systems_when_opened(
    hue: None, signed_in: Client
) -> None:
    page = _page(signed_in, "/places/unit/19753/")

    assert all(
        word in page
        for word in (
            "NQ 1675/NQ-UBTVQH15",
            "Phường Phú Hội",
            "VN-2000",
            '<svg class="outline"',
            "chưa kiểm chứng",
        )
    )
    assert "Đơn vị này không còn" in _page(signed_in, "/places/unit/o1/")
    assert "Không có đơn vị" in _page(signed_in, "/places/unit/nowhere/", 404)


def test_statements_stay_as_many_when_there_are_more_units(hue: None, signed_in: Client) -> None:
    def count(address: str) -> int:
        signed_in.get(address)
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(address)
        return len(queries)

    addresses = ("/places/", "/places/unit/46/", "/places/?q=phuong", "/places/calendar/?unit=46")
    few = [count(address) for address in addresses]
    door.put_units(
        units=[door.NewUnit(id=f"n{n}", kind="Xã", name=f"Xã {n}", parent="46") for n in range(40)]
    )

    assert [count(address) for address in addresses] == few


def test_ward_stands_when_its_form_is_filled_in(hue: None, signed_in: Client) -> None:
    border = json.dumps({"type": "Feature", "geometry": _square(107.6, 16.4, 0.1), "properties": {}}).encode()
    form = {"kind": "Phường", "name": "Vỹ Dạ", "code": "20014", "parent": "46", "valid_from": "2025-07-01"}

    answer = signed_in.post("/places/add/", form | {"boundary": SimpleUploadedFile("vy-da.geojson", border)})

    assert (answer.status_code, answer["Location"]) == (302, "/places/unit/20014/")
    assert "Đã thêm đơn vị" in _page(signed_in, "/places/unit/20014/")
    found = door.unit_of_point(107.65, 16.45)
    assert found is not None
    assert found.name == "Vỹ Dạ"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Thuận Hóa"}, "name"),
        ({"code": "19753"}, "code"),
        ({"parent": "nowhere"}, "parent"),
        ({"valid_from": "tomorrow"}, "valid_from"),
        ({"boundary": SimpleUploadedFile("x.json", b"{}")}, "boundary"),
        ({"boundary": SimpleUploadedFile("x.json", b"\x1f\x8bno")}, None),
    ],
)
def test_ward_is_not_added_and_its_form_says_why_when_something_is_wrong(
    hue: None, signed_in: Client, changes: dict[str, Any], field: str | None
) -> None:
    form = {"kind": "Phường", "name": "Mới", "code": "", "parent": "46", "valid_from": "2025-07-01"}

    answer = signed_in.post("/places/add/", form | changes)

    assert answer.status_code == 400
    if field:
        assert f'href="#f-{field}"' in answer.content.decode()
    assert Unit.objects.count() == 3


def test_unit_keeps_its_history_when_renamed(hue: None, signed_in: Client) -> None:
    form = {"kind": "Phường", "name": "Thuận Lộc", "parent": "", "day": "2026-06-01", "basis": "NQ 9"}

    answer = signed_in.post("/places/unit/19753/change/", form)

    assert answer.status_code == 302
    assert [door.tree_at(day).units["19753"].name for day in (date(2026, 5, 31), date(2026, 6, 1))] == [
        "Thuận Hóa", "Thuận Lộc"]  # fmt: skip
    assert "Phường Thuận Hóa" in _page(signed_in, "/places/unit/19753/")


def test_change_is_refused_when_nothing_differs_or_the_unit_would_stand_below_itself(
    hue: None, signed_in: Client
) -> None:
    same = {"kind": "Phường", "name": "Thuận Hóa", "parent": "", "day": "2026-06-01"}

    answers = [
        signed_in.post("/places/unit/19753/change/", same),
        signed_in.post(
            "/places/unit/46/change/", same | {"kind": "Thành phố", "name": "Huế", "parent": "19753"}
        ),
        signed_in.post("/places/unit/19753/change/", same | {"name": "Mới", "day": "2020-01-01"}),
        signed_in.post("/places/unit/19753/change/", same | {"name": "Mới", "day": "2999-01-01"}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 4
    assert Unit.objects.get(pk="19753").name == "Thuận Hóa"


def test_merge_ends_the_former_units_when_recorded(hue: None, signed_in: Client) -> None:
    door.put_units(units=[door.NewUnit(id="n1", kind="Phường", name="Mới", parent="46")])
    form = {"kind": "merge", "day": "2026-06-01", "before": ["n1"], "after": ["19753"], "basis": "NQ 10"}

    answers = [signed_in.post("/places/event/", form), signed_in.post("/places/event/", form | {"basis": ""})]

    assert [answer.status_code for answer in answers] == [302, 400]
    assert door.heirs("n1") == ["19753"]


def test_list_is_seen_first_and_written_when_a_person_says_so(
    hue: None, signed_in: Client, tmp_path: Path, settings: Any
) -> None:
    settings.SETTINGS = replace(django_settings.SETTINGS, data_dir=str(tmp_path))
    rows = (
        "mã;tên;loại;mã cấp trên\n46;Huế;Thành phố;\n20014;Vỹ Dạ;Phường;46\n19753;Khác;Phường;46\n".encode()
    )

    sent = signed_in.post("/places/import/", {"list": SimpleUploadedFile("ds.csv", rows)})
    seen = _page(signed_in, sent["Location"])
    before = Unit.objects.count()
    done = signed_in.post(sent["Location"], {"accepted": ["19753"]}).content.decode()

    assert before == 3
    assert "Chỉ trùng mã, tên khác" in seen
    assert "Đã ghi." in done
    assert {Unit.objects.get(pk=u).name for u in ("19753", "20014")} == {"Khác", "Vỹ Dạ"}
    assert _page(signed_in, "/places/import/" + "0" * 64 + "/", 404)


def test_list_is_refused_with_a_sentence_when_it_is_none(hue: None, signed_in: Client) -> None:
    files = [b"", b"[1]", b"a;b\n1;2\n", b"\x1f\x8b\x00", b"ma;ten\n;x\n"]

    answers = [
        signed_in.post("/places/import/", {"list": SimpleUploadedFile("x", f)} if f else {}) for f in files
    ]

    assert [(a.status_code, 'href="#f-list"' in a.content.decode()) for a in answers] == [(400, True)] * 5


def test_calendar_takes_a_swap_and_keeps_versions_when_entered(
    hue: None, signed_in: Client, dung: Any
) -> None:
    form = {
        "unit": "46",
        "kind": "swap",
        "day": "2026-12-24",
        "work": "2026-12-26",
        "reason": "Lễ hội",
        "decision": "1/UBND",
    }

    answer = signed_in.post("/places/calendar/day/", form)
    signed_in.post(
        "/places/calendar/day/", {"unit": "46", "kind": "usual", "day": "2026-12-24", "reason": "Bỏ"}
    )

    assert answer.status_code == 302
    found = door.calendar("19753")
    assert (found.is_working(date(2026, 12, 24)), found.is_working(date(2026, 12, 26))) == (True, True)
    assert list(CalendarDay.objects.order_by("pk").values_list("version", "by")) == [
        (1, dung.pk),
        (1, dung.pk),
        (2, dung.pk),
    ]
    assert "26/12/2026" in _page(signed_in, "/places/calendar/?unit=19753&year=2026")
    assert not door.calendar().is_working(date(2026, 12, 26))


@pytest.mark.parametrize(
    "changes", [{"day": ""}, {"reason": ""}, {"decision": ""}, {"kind": "x"}, {"work": "2026-12-24"}]
)
def test_calendar_refuses_a_day_when_something_is_missing(
    hue: None, signed_in: Client, changes: dict[str, str]
) -> None:
    form = {
        "unit": "46",
        "kind": "swap",
        "day": "2026-12-24",
        "work": "2026-12-26",
        "reason": "Lễ",
        "decision": "1",
    }

    assert signed_in.post("/places/calendar/day/", form | changes).status_code == 400
    assert not CalendarDay.objects.exists()


def test_hours_count_from_their_day_when_set(hue: None, signed_in: Client) -> None:
    form = {f"hours_{n}": "7h30-11h30, 13:00–16:30" for n in range(1, 6)} | {
        f"working_{n}": "on" for n in range(1, 6)
    }
    form |= {"unit": "46", "valid_from": "2026-12-01", "source": "QĐ 5"}

    answers = [
        signed_in.post("/places/calendar/hours/", form | {"hours_6": "7-11"}),
        signed_in.post("/places/calendar/hours/", form | {"hours_1": "17-7"}),
        signed_in.post("/places/calendar/hours/", form | {"hours_1": "sáng"}),
        signed_in.post("/places/calendar/hours/", form | {"working_7": "on"}),
    ]

    assert [answer.status_code for answer in answers] == [302, 400, 400, 400]
    assert WorkingWeek.objects.count() == 1
    found = door.calendar("19753")
    assert f"{found.closing(date(2026, 12, 1)):%H:%M}" == "16:30"
    assert (found.is_working(date(2026, 12, 5)), len(found.reception(date(2026, 12, 5)))) == (False, 1)


def test_deadline_is_reckoned_when_asked(hue: None, signed_in: Client) -> None:
    asked = "/places/calendar/?received=2026-02-13T09:00&amount=3&measure=working_days"

    assert "17:00 25/02/2026" in _page(signed_in, asked)
    assert "Thời hạn phải là số" in _page(signed_in, "/places/calendar/?received=2026-02-13T09:00&amount=x")


def test_setting_counts_below_when_set_on_the_page(hue: None, signed_in: Client) -> None:
    form = {
        "key": "noise_limit_night",
        "value": "45",
        "measure": "dBA",
        "valid_from": "2026-01-01",
        "source": "QCVN 26",
    }

    signed_in.post("/places/unit/46/settings/", form)
    signed_in.post("/places/unit/46/settings/", form | {"key": "Not A Key"})

    assert door.setting("noise_limit_night", int, unit="19753", at=date(2026, 2, 1)) == 45
    assert "QCVN 26" in _page(signed_in, "/places/unit/19753/")
    assert PlaceSetting.objects.count() == 1


def test_locality_is_the_chosen_one_when_several_stand_at_the_top(hue: None, signed_in: Client) -> None:
    door.put_units(units=[door.NewUnit(id="01", kind="Thành phố", name="Hà Nội")])
    before = door.root_unit()

    signed_in.post("/places/unit/46/home/")

    after = door.root_unit()
    assert before is None
    assert after is not None
    assert after.name == "Huế"
