# SPDX-License-Identifier: Apache-2.0
"""Pages of privacy in a real browser: no rule of accessibility is broken, and nothing is wider than a small phone."""

from __future__ import annotations

import mimetypes
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Route, sync_playwright
from tests.privacy.web.test_own_pages import ENTRY, WORDS

from dothi.cityhall.static_files import static_roots
from dothi.foundation import clock
from dothi.privacy.actions.consent import give, publish_text
from dothi.privacy.actions.looking import looked
from dothi.privacy.actions.request import file_request
from dothi.privacy.actions.retention import hold, run
from dothi.privacy.queries.consent import text_of

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOST = "http://dothi.test"
PAGES = [
    "/privacy/",
    "/privacy/ask/",
    "/privacy/follow/",
    "/privacy/follow/case/",
    "/privacy/register/",
    "/privacy/export/",
    "/privacy/looked/",
    "/privacy/consents/",
    "/privacy/consents/newsletter/",
    "/privacy/desk/",
    "/privacy/desk/register/",
    "/privacy/desk/register/newsletter/",
    "/privacy/desk/register/newsletter/words/",
    "/privacy/desk/retention/",
    "/privacy/desk/retention/files/",
]
WRONG = ["/privacy/ask/", "/privacy/ask/contact/", "/privacy/follow/", "/privacy/desk/register/add/"]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: make setup"),
]


@pytest.fixture
def rendered(signed_in: Client, dung: Any) -> dict[str, dict[str, bytes]]:
    """The pages by language with something on each, rendered before the browser's loop turns."""
    account, now = dung.pk, clock.now()
    signed_in.post("/privacy/desk/register/add/", ENTRY)
    publish_text(purpose="newsletter", vi=WORDS["vi"], en=WORDS["en"], by="x", at=now)
    text = text_of("newsletter")
    assert text is not None
    give(account=account, text_id=text.pk, language="vi", said=True, at=now)
    one = file_request(kind="erase", name="Dung", details="Số điện thoại cũ " * 30, account=account, at=now)
    signed_in.post("/privacy/follow/", {"code": one.code})
    looked(
        by="account:x",
        subject=f"account:{account}",
        purpose="data_requests",
        what="request",
        post="staff",
        at=now,
    )
    hold(object_="rule:files", basis="Thanh tra 5", by="x", at=now)
    run(at=now)
    signed_in.post("/privacy/export/")
    case = f"/privacy/desk/{one.pk}/"
    gate = signed_in.get(case).content
    signed_in.post(case, {"privacy_purpose": "data_requests"})
    signed_in.post(f"{case}take/")
    signed_in.post("/privacy/ask/", {"kind": "access"})
    signed_in.post("/privacy/ask/details/", {})
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        signed_in.cookies["dothi_language"] = language
        pages = {address: signed_in.get(address).content for address in [*PAGES, case]}
        pages |= {f"{address} wrong": signed_in.post(address, {}).content for address in WRONG}
        pages[f"{case}refuse/"] = signed_in.post(f"{case}refuse/", {}).content
        found[language] = pages | {"gate": gate}
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
        if not page.locator("h1").count():
            troubles.append((address, "is no page", body.decode()[:80]))
    page.close()
    return troubles


def test_pages_break_no_rule_and_fit_when_read_on_any_screen(rendered: dict[str, dict[str, bytes]]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        troubles = {
            (language, width): _troubles(browser, rendered[language], width)
            for language, width in (("vi", 320), ("en", 1440))
        }
        browser.close()

    assert {key: found for key, found in troubles.items() if found} == {}
