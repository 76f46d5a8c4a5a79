# SPDX-License-Identifier: Apache-2.0
"""Pages of keys in a real browser: no rule of accessibility is broken, nothing is wider than a small phone."""

from __future__ import annotations

import mimetypes
import re
import shutil
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Route, sync_playwright

from dothi.broker.door import Terms, make_key
from dothi.cityhall import demo_planting as planting
from dothi.cityhall.static_files import static_roots
from dothi.connectors.demo import city

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOST = "http://dothi.test"
NS = "https://uri.etsi.org/ngsi-ld/default-context/"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: make setup"),
]


def _pages(client: Client, key_id: str) -> dict[str, bytes]:
    """The pages as they are read, also with what is wrong and with the token that is shown once."""
    addresses = [
        "/keys/",
        "/keys/add/",
        f"/keys/{key_id}/",
        f"/keys/{key_id}/change/",
        f"/keys/{key_id}/revoke/",
    ]
    found = {address: client.get(address).content for address in addresses}
    found["wrong"] = client.post("/keys/add/", {"operations": "x", "until": "x", "addresses": "x"}).content
    form = found["/keys/add/"].decode()
    number, owner = (
        re.search(pattern, form) for pattern in (r'name="number" value="([^"]+)', r'value="(account:[^"]+)')
    )
    assert number is not None
    assert owner is not None
    given = {"number": number[1], "owner": owner[1], "note": "Bản đồ ngập", "operations": "read"}
    found["made"] = client.post("/keys/add/", given).content
    assert b"dothi_" in found["made"]
    return found


@pytest.fixture
def rendered(signed_in: Client) -> dict[str, dict[str, bytes]]:
    planting.plant_units(city.make())
    scopes = ["/lac-giang/lac-giang-phuong-01"]
    terms = Terms(
        operations=["read", "ingest"], note="Cổng của công ty chiếu sáng " * 3, types=[f"{NS}Streetlight"],
        attrs=[f"{NS}powerState"], scopes=scopes, per_day=10, per_minute=5, addresses=["2001:db8::/32"] * 9,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', false)")
        token = make_key(cursor, terms=terms)
    assert token is not None
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        signed_in.cookies["dothi_language"] = language
        found[language] = _pages(signed_in, token.split("_")[1])
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
        if address == "made":
            page.click(".secret")
            chosen = page.evaluate("getSelection().toString().trim()")
            if chosen != page.inner_text(".secret").strip():
                troubles.append((address, "one press does not choose the whole key", chosen))
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
