# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: no axe violation, nothing wider than a small phone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Route, sync_playwright
from tests.ledger.planted import plant

from dothi.ledger import door

ROOT = Path(__file__).parents[3]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".js": "text/javascript"}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not AXE.is_file(), reason="the assets are not built: make setup"),
]


def _serve(pages: dict[str, str]) -> Any:
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://city.test")
        if path in pages:
            route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")
            return
        found = finders.find(path.removeprefix("/static/"))
        if found:
            route.fulfill(body=Path(found).read_bytes(), content_type=KINDS[Path(found).suffix])
        else:
            route.fulfill(status=404, body="")

    return answer


def _pages(browser: Client, owner: str) -> dict[str, str]:
    """The page with every state of a record, an empty one, in both languages and themes."""
    name = plant(owner, 2, period=300, entity="urn:ngsi-ld:AirQualityObserved:" + "a" * 80)
    with door.acting("operator:key"):
        door.note("sources.act.changed", name, period=60)
    pages = {}
    for language, theme in (("vi", "light"), ("en", "dark")):
        browser.post("/language/", {"language": language})
        browser.post("/theme/", {"theme": theme})
        for query in (f"?object={name}", "?object=khong-co"):
            pages[f"/{language}/{query}"] = browser.get(f"/ledger/{query}").content.decode()
    return pages


def test_page_has_no_axe_violation_and_fits_when_shown(signed_in: Client, pages_owner: str) -> None:
    pages = _pages(signed_in, pages_owner)
    troubles = []

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        # As tall as the page, for the rail of a small screen lies over what could be scrolled away from it.
        for width, height in ((1440, 900), (390, 3000), (320, 3000)):
            page = browser.new_page(viewport={"width": width, "height": height}, bypass_csp=True)
            page.route("**/*", _serve(pages))
            for address in pages:
                page.goto(f"http://city.test{address}")
                for summary in page.locator("main details summary").all():
                    summary.click()
                page.add_script_tag(path=AXE)
                result = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
                troubles += [
                    f"{width} {address} {one['id']} {node['target']}"
                    for one in result["violations"]
                    for node in one["nodes"]
                ]
                wide = page.evaluate("document.documentElement.scrollWidth")
                troubles += [f"{width} {address} is {wide} wide"] if wide > width else []
            page.close()
        browser.close()

    assert "\n".join(troubles) == ""
