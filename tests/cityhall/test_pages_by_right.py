# SPDX-License-Identifier: Apache-2.0
"""What pages of sources and places offer to those who may only look, to a ward's officer, and to the whole city."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from tests.pages import PASSWORD, enter

from dothi.identity.door import give_post
from dothi.identity.models import Account
from dothi.places import door as places
from dothi.sources import actions
from dothi.sources.models import Source

pytestmark = pytest.mark.django_db
LEFT = {"type": "Polygon", "coordinates": [[[107, 16], [108, 16], [108, 17], [107, 17], [107, 16]]]}
RIGHT = {"type": "Polygon", "coordinates": [[[108, 16], [109, 16], [109, 17], [108, 17], [108, 16]]]}
WRITES = re.compile(
    r'href="/(?:places/(?:add|import|event)|sources/add)/|/change/"|method="post" action="/(?:sources|places)/'
)


@pytest.fixture(autouse=True)
def hue() -> None:
    places.put_units(
        units=[
            places.NewUnit(id="46", kind="Thành phố", name="Huế", code="46"),
            places.NewUnit(id="a", kind="Phường", name="Thuận Hóa", parent="46", code="19753", boundary=LEFT),
            places.NewUnit(id="b", kind="Phường", name="Phú Xuân", parent="46", code="19774", boundary=RIGHT),
        ]
    )


def _browser(position: str, unit: str = "", language: str = "vi") -> Client:
    made = Account(name="Hoa", login="hoa", role="staff")
    made.set_password(PASSWORD)
    made.save()
    give_post(account=made, position=position, unit=unit, since=date(2026, 1, 1))
    return enter(made, **{"accept-language": language})


def _source(unit: str) -> Source:
    made, _ = actions.add_source(tenant="", name="Trạm", way="http", period=60, unit=unit, slug="tram")
    return made


def test_pages_offer_no_writing_when_one_may_only_look() -> None:
    device, _ = actions.add_device(_source("a"), key="k")
    browser = _browser("operator")

    pages = (
        "/places/",
        "/places/unit/a/",
        "/places/calendar/",
        "/sources/",
        "/sources/tram/",
        f"/sources/tram/devices/{device.pk}/",
    )
    offered = {page: WRITES.findall(browser.get(page).content.decode()) for page in pages}

    assert offered == {page: [] for page in pages}


@pytest.mark.parametrize(
    ("language", "words"),
    [("vi", "Chưa có nguồn nào trong phạm vi của Ông/Bà"), ("en", "No source within your reach yet")],
)
def test_empty_list_speaks_of_the_reach_when_the_city_has_sources(language: str, words: str) -> None:
    _source("b")

    page = _browser("ward_officer", "a", language).get("/sources/").content.decode()

    assert words in page


def test_ward_officer_is_told_at_the_field_and_decides_nothing_public_when_trying() -> None:
    ward = _browser("ward_officer", "a")
    ward.post(
        "/sources/add/",
        {"name": "Trạm A", "way": "http", "period": "5", "period_unit": "m", "preset": "json", "unit": "a"},
    )
    source = Source.objects.get()

    refused = ward.post(f"/sources/{source.slug}/devices/add/", {"key": "k", "lon": "108.5", "lat": "16.5"})
    page = ward.get(f"/sources/{source.slug}/").content.decode()
    forced = ward.post(f"/sources/{source.slug}/public/", {"public": "yes"})

    source.refresh_from_db()
    assert (refused.status_code, forced.status_code, source.public) == (400, 403, False)
    assert re.findall(r'href="#f-(\w+)"', refused.content.decode()) == ["lat"]
    assert "Chưa hiện" in page
    assert "Cho hiện trên trang công khai" not in page


def test_whole_city_lets_a_source_stand_on_the_public_page_when_pressed(signed_in: Client) -> None:
    source = _source("a")
    Source.objects.update(public=False)
    offered = signed_in.get("/sources/tram/").content.decode()

    shown = signed_in.post("/sources/tram/public/", {"public": "yes"})
    source.refresh_from_db()
    on = source.public
    signed_in.post("/sources/tram/public/", {"public": "no"})

    source.refresh_from_db()
    assert "Cho hiện trên trang công khai" in offered
    assert (shown.status_code, on, source.public) == (302, True, False)
