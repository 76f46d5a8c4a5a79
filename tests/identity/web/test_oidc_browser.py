# SPDX-License-Identifier: Apache-2.0
"""Pages of the provider in a real browser: axe, a small phone, both languages, and a whole sign-in without scripts."""

from __future__ import annotations

import mimetypes
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, Route, sync_playwright
from tests.identity.relying import Browser, City, Rp, free_port
from tests.pages import PASSWORD

from dothi.cityhall.static_files import static_roots

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PICTURES = os.environ.get("DOTHI_TEST_PICTURES", "")
"""A folder for pictures of what is tested, for people to look at."""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: make setup"),
]


@pytest.fixture(scope="module")
def landing() -> Iterator[str]:
    """The page of a client where a browser comes back to."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"back")

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/cb"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def rp(city: City, landing: str) -> Rp:
    city.admin.post(
        "/oidc/upstreams/add/vneid/",
        {
            "name": "VNeID",
            "slug": "vneid",
            "issuer": "https://vneid.example",
            "client_id": "x",
            "client_secret": "y",
            "claims": '{"subject": ["sub"]}',
            "assurance": '{"claim": "acr", "levels": {}}',
        },
    )
    return city.add_client(redirect_uris=landing, name="Cổng dịch vụ công phường Chợ Cũ")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def _static(route: Route) -> None:
    address = route.request.url.partition("/static/")[2].partition("?")[0]
    for root in static_roots():
        if (root / address).is_file():
            kind = mimetypes.guess_type(address)[0] or "application/octet-stream"
            return route.fulfill(body=(root / address).read_bytes(), content_type=kind)
    return route.fulfill(status=404)


def _context(chromium: Chromium, browser: Browser | None, language: str, **options: Any) -> BrowserContext:
    made = chromium.new_context(bypass_csp=options.pop("bypass_csp", True), **options)
    made.route("**/static/**", _static)
    url = browser.city.url if browser else "http://localhost"
    cookies = dict(browser.http.cookies) if browser else {}
    made.add_cookies(
        [{"name": n, "value": v, "url": url} for n, v in {**cookies, "dothi_language": language}.items()]
    )
    return made


def _pages(city: City, rp: Rp, browser: Browser) -> dict[str, str]:
    """Addresses by name; a kiosk waits, and a person has agreed once."""
    kiosk = city.add_client(name="Ki-ốt lấy số", is_device="yes", place="Sảnh tầng 1", redirect_uris="")
    code = kiosk.call("/oidc/device", scope="openid").json()["user_code"]
    asked = rp.parameters(scope="openid profile email offline_access", prompt="consent")
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    rp.code(browser, scopes=("profile",))
    return {
        "consent": f"/oidc/authorize?{query}",
        "refused": "/oidc/authorize?client_id=unknown",
        "consents": "/me/consents/",
        "device": "/device/",
        "device-wrong": "/device/?user_code=BCDF-GHJK",
        "device-confirm": f"/device/?user_code={code}",
        "ways": "/sign-in/with/",
        "away": "/sign-in/from/vneid/",
        "sign-out": f"/oidc/logout?client_id={rp.id}",
    }


def _admin_pages(rp: Rp) -> dict[str, str]:
    return {
        "clients": "/oidc/clients/",
        "client": f"/oidc/clients/{rp.id}/",
        "client-add": "/oidc/clients/add/",
        "client-change": f"/oidc/clients/{rp.id}/change/",
        "upstreams": "/oidc/upstreams/",
        "upstream-add": "/oidc/upstreams/add/vneid/",
    }


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def _troubles(context: BrowserContext, url: str, pages: dict[str, str], mark: str) -> list[tuple[str, ...]]:
    page = context.new_page()
    width = (page.viewport_size or {"width": 0})["width"]
    found: list[tuple[str, ...]] = []
    for name, address in pages.items():
        page.goto(url + address)
        _picture(page, f"{name}-{mark}")
        page.add_style_tag(content=".rail { position: static !important }")  # it hides what one scrolls to
        page.add_script_tag(path=AXE)
        judged = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        found += [(name, v["id"], v["nodes"][0]["html"][:200]) for v in judged["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((name, "wider than the screen", str(width)))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("width", [320, 1440])
def test_pages_break_no_rule_when_seen(
    city: City, rp: Rp, chromium: Chromium, language: str, width: int, scheme: str
) -> None:
    an = city.browser("an")
    pages = _pages(city, rp, an)
    mark = f"{width}-{scheme}-{language}"
    size: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    mine = _context(chromium, an, language, **size)
    admins = _context(chromium, city.admin, language, **size)

    found = _troubles(mine, city.url, pages, mark) + _troubles(admins, city.url, _admin_pages(rp), mark)

    mine.close()
    admins.close()
    assert found == []


def test_person_reaches_the_client_when_the_browser_runs_no_script(
    city: City, rp: Rp, chromium: Chromium, landing: str
) -> None:
    context = _context(chromium, city.browser(), "vi", java_script_enabled=False, bypass_csp=False)
    page = context.new_page()
    asked = rp.parameters(scope="openid profile")
    query = "&".join(f"{name}={value}" for name, value in asked.items())

    page.goto(f"{city.url}/oidc/authorize?{query}")
    page.fill("[name=login]", "chi")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("[name=decision]")
    ticked = page.locator("main [type=checkbox]:checked").count()
    page.focus("[value=profile]")
    page.keyboard.press("Space")
    page.focus("[value=allow]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{landing}**")
    code = page.url.split("code=")[1].split("&")[0]
    context.close()

    assert ticked == 0
    assert rp.exchange(code).json()["scope"] == "openid profile"
