# SPDX-License-Identifier: Apache-2.0
"""Pages of places in a real browser: no rule of accessibility is broken, and nothing is wider than a small phone."""

from __future__ import annotations

import mimetypes
import shutil
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Route, sync_playwright

from dothi.cityhall import demo_planting as planting
from dothi.cityhall.static_files import static_roots
from dothi.connectors.demo import city
from dothi.places import door

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOST = "http://dothi.test"
PAGES = [
    "/places/",
    "/places/?at=2025-06-30",
    "/places/?q=cho+cu+tay",
    "/places/?q=12+Lê+Lợi,+P.+Chợ+Cũ+Tây,+TP.+Lạc+Giang",
    "/places/unit/lac-giang/",
    "/places/unit/lac-giang-phuong-01/",
    "/places/unit/lac-giang-phuong-01-tay/",
    "/places/unit/lac-giang-phuong-01/change/",
    "/places/add/",
    "/places/event/",
    "/places/import/",
    "/places/calendar/?unit=lac-giang&year=2026&received=2026-02-13T09:00&amount=3",
]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: make setup"),
]


@pytest.fixture
def rendered(signed_in: Client) -> dict[str, dict[str, bytes]]:
    """The pages of the demo city by language, rendered before the browser's loop turns."""
    planting.plant_units(city.make())
    door.set_setting(key="noise_limit_night", value=45, unit="lac-giang", valid_from=date(2026, 1, 1))
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        signed_in.cookies["dothi_language"] = language
        found[language] = {address: signed_in.get(address).content for address in PAGES}
    return found


def _static(route: Route, address: str) -> None:
    for root in static_roots():
        file = root / address.removeprefix("/static/")
        if file.is_file():
            kind = mimetypes.guess_type(address)[0] or "application/octet-stream"
            return route.fulfill(body=file.read_bytes(), content_type=kind)
    return route.fulfill(status=404)


def _troubles(browser: Browser, pages: dict[str, bytes], width: int) -> list[tuple[str, ...]]:
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    now = {"body": b""}

    def answer(route: Route) -> None:
        address = route.request.url.removeprefix(HOST)
        if address.startswith("/static/"):
            _static(route, address)
        else:
            route.fulfill(body=now["body"], content_type="text/html; charset=utf-8")

    page.route("**/*", answer)
    troubles: list[tuple[str, ...]] = []
    for address, body in pages.items():
        now["body"] = body
        page.goto(HOST + "/page")
        page.add_style_tag(content=".rail { position: static !important }")  # it hides what one scrolls to
        page.add_script_tag(path=AXE)
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        troubles += [(address, v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            troubles.append((address, "wider than the screen", str(width)))
    page.close()
    return troubles


def test_pages_break_no_rule_and_fit_when_read_on_any_screen(rendered: dict[str, dict[str, bytes]]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        troubles = {
            (language, width): _troubles(browser, pages, width)
            for language, pages in rendered.items()
            for width in (1440, 320)
        }
        browser.close()

    assert {key: found for key, found in troubles.items() if found} == {}
