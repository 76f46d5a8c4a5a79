# SPDX-License-Identifier: Apache-2.0
"""Pages in Chromium as they were rendered: no rule of accessibility is broken, nothing is wider than the screen."""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, sync_playwright

from dothi.cityhall.static_files import static_roots

AXE = Path(__file__).parents[1] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
NEEDED = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: make setup"),
]
"""Marks of a test that judges pages."""
HOST = "http://dothi.test"
WIDTHS = (1440, 320)
_WIDEST = """[...document.querySelectorAll('main *, header *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 90)).slice(-3)"""


def static(route: Route, address: str) -> None:
    """Answer with the product's own file."""
    for root in static_roots():
        file = root / address.removeprefix("/static/")
        if file.is_file():
            kind = mimetypes.guess_type(address)[0] or "application/octet-stream"
            return route.fulfill(body=file.read_bytes(), content_type=kind)
    return route.fulfill(status=404)


def _troubles(browser: Browser, pages: Mapping[str, bytes], width: int, host: str) -> list[tuple[str, ...]]:
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    now = {"body": b""}

    def answer(route: Route) -> None:
        address = route.request.url.removeprefix(host)
        if address.startswith("/static/"):
            static(route, address)
        else:
            route.fulfill(body=now["body"], content_type="text/html; charset=utf-8")

    page.route("**/*", answer)
    troubles: list[tuple[str, ...]] = []
    for address, body in pages.items():
        now["body"] = body
        page.goto(host + "/page")
        page.add_style_tag(content=".rail { position: static !important }")  # it hides what one scrolls to
        page.add_script_tag(path=AXE)
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        troubles += [(address, v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            troubles.append((address, "wider than the screen", str(page.evaluate(_WIDEST))))
    page.close()
    return troubles


def on_every_screen(
    rendered: Mapping[str, Mapping[str, bytes]], *, host: str = HOST
) -> dict[tuple[str, int], list[tuple[str, ...]]]:
    """What is wrong with pages by language and width; empty when nothing is."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        troubles = {
            (language, width): _troubles(browser, pages, width, host)
            for language, pages in rendered.items()
            for width in WIDTHS
        }
        browser.close()
    return {key: found for key, found in troubles.items() if found}
