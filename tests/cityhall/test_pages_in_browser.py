# SPDX-License-Identifier: Apache-2.0
"""Pages as people meet them: in a browser, in both languages and themes, wide and narrow, judged by axe."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page, Route, ViewportSize, sync_playwright
from tests.operations.screen import ARGUMENTS, CHROMIUM, IN_BROWSER, violations

from dothi.places import door as places
from dothi.sources import actions
from dothi.sources.core.mapping_presets import PRESETS
from dothi.sources.models import Source

pytestmark = [*IN_BROWSER, pytest.mark.django_db]

CITY = "http://city.test"
KINDS = {"css": "text/css", "js": "text/javascript", "mjs": "text/javascript", "svg": "image/svg+xml"}
WARD = {"type": "Polygon", "coordinates": [[[107.6, 10.9], [107.7, 10.9], [107.7, 11.0], [107.6, 10.9]]]}
TABLE = "Thời gian;Mưa (mm)\n20/11/2026 07:00;0,5\n20/11/2026 07:10;bốn\n".encode()


@pytest.fixture
def source() -> Source:
    """A source by MQTT with a device, in a ward that has an area."""
    places.put_units(
        units=[
            places.NewUnit(id="99", kind="Thành phố", name="Lạc Giang"),
            places.NewUnit(id="9901", kind="Phường", name="Gò Mơ", parent="99", boundary=WARD),
        ]
    )
    made, _key = actions.add_source(
        tenant="", name="Trạm mưa", way="mqtt", period=600, unit="9901", contact_name="Lê Minh Quân",
        contact_phone="0900 000 013", mapping=PRESETS["json"], options={},
    )  # fmt: skip
    actions.add_device(
        made, key="tram-01", name="Trạm Gò Mơ", kind="rain", unit="9901", lon=107.65, lat=10.92, period=None
    )
    return made


Answers = dict[str, Any]


def asked(client: Client, addresses: list[str], language: str) -> Answers:
    """What Django answers, asked before there is a browser, whose loop would stand between Django and its connection."""
    return {one: client.get(one, headers={"accept-language": language}) for one in addresses}


def serve(page: Page, answers: Answers) -> None:
    """The browser's city.test is these answers and the static files of all rooms."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        told = answers.get(path)
        file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if told is not None:
            route.fulfill(status=told.status_code, headers=dict(told.headers), body=told.content)
        elif file:
            kind = KINDS.get(path.rsplit(".", 1)[-1], "application/octet-stream")
            route.fulfill(path=str(file), content_type=kind)
        else:
            route.fulfill(status=404)

    page.route(f"{CITY}/**", answer)


def found_in(answers: Answers, theme: Any, language: str) -> list[str]:
    found: list[str] = []
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)) as browser,
    ):
        for width in (1440, 390):
            size = ViewportSize(width=width, height=844)
            page = browser.new_page(viewport=size, color_scheme=theme, bypass_csp=True)
            serve(page, answers)
            for address in answers:
                page.set_viewport_size(size)
                page.goto(CITY + address, wait_until="networkidle")
                assert page.locator(f'html[lang="{language}"]').count() == 1
                high = page.evaluate(
                    "document.documentElement.scrollHeight"
                )  # nothing lies under the bottom bar
                page.set_viewport_size(ViewportSize(width=width, height=max(844, high)))
                found += [f"{width} {address} {one}" for one in violations(page)]
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_public_pages_have_no_axe_violation(source: Source, theme: str, language: str):
    answers = asked(Client(), ["/", "/ket-noi/", "/method/", "/sign-in/", "/no-such-page/"], language)

    assert found_in(answers, theme, language) == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_sources_have_no_axe_violation(signed_in: Client, source: Source, theme: str, language: str):
    device = source.devices.get()
    file = signed_in.post(f"/sources/{source.slug}/files/", {"file": SimpleUploadedFile("do.csv", TABLE)})
    here = f"/sources/{source.slug}/"
    addresses = [
        "/sources/", "/sources/add/", here, f"{here}change/", f"{here}retire/", f"{here}mapping/", f"{here}devices/add/",
        f"{here}devices/{device.pk}/", f"{here}devices/{device.pk}/retire/", file["Location"],
    ]  # fmt: skip

    answers = asked(signed_in, addresses, language)

    assert {answer.status_code for answer in answers.values()} == {200}
    assert found_in(answers, theme, language) == []
