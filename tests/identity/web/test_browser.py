# SPDX-License-Identifier: Apache-2.0

"""Pages of accounts in a real browser: no rule of accessibility is broken, and nothing is wider than a small phone."""

from __future__ import annotations

import dataclasses
import mimetypes
import shutil
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from playwright.sync_api import Browser, Route, sync_playwright
from tests.pages import PASSWORD, enter, with_passkey

from dothi.cityhall.static_files import static_roots
from dothi.foundation import clock
from dothi.identity.actions.recovery import open_recovery
from dothi.identity.models import Account

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOST = "http://localhost:8080"
OPEN = ["/sign-in/", "/sign-up/", "/reset/", "/recover/"]
OWN = [
    "/me/",
    "/me/passkeys/add/",
    "/me/password/",
    "/me/emails/add/",
    "/sign-in/again/?next=/me/",
    "/recovery/",
]
WIDEST = """[...document.querySelectorAll('main *, header *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 90)).slice(-3)"""
LONG = "Nguyễn Phúc Bảo Long Hoàng Thị Ngọc Ánh"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: make setup"),
]


@pytest.fixture
def rendered(dung: Any, settings: Any) -> dict[str, dict[str, bytes]]:
    """The pages by language, rendered before the browser's loop turns; wrong forms and half-way ones among them."""
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="smtp://mail.example")
    with_passkey(dung)
    an = Account(name=LONG, login="nguyen.phuc.bao.long.hoang.thi.ngoc.anh@example.vn", role="resident")
    an.set_password(PASSWORD)
    an.save()
    for number in range(2):
        EmailAddress.objects.create(
            user=an, email=f"a{number}.{an.login}", verified=True, primary=number == 0
        )
    binh = Account.objects.create(name="Bình", login="binh", role="admin", password=dung.password)
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        headers = {"accept-language": language, "host": "localhost:8080"}
        found[language] = _open(headers) | _own(enter(dung, **headers), OWN) | _resident(an, headers)
        found[language] |= _counter(binh, enter(dung, **headers), an)
    return found


def _open(headers: dict[str, str]) -> dict[str, bytes]:
    found = {address: Client(headers=headers).get(address).content for address in OPEN}
    found |= {f"{address} wrong": Client(headers=headers).post(address, {}).content for address in OPEN}
    found["/sign-up/ sent"] = Client(headers=headers).post("/sign-up/", {"email": "long@example.vn"}).content
    second, first = Client(headers=headers), Client(headers=headers)
    second.post("/sign-in/", {"login": "dung", "password": PASSWORD})
    found["second"] = second.get("/sign-in/second/").content
    first.post("/sign-in/", {"login": "binh", "password": PASSWORD})
    found["enrolment"] = first.get("/sign-in/first-passkey/").content
    return found


def _own(browser: Client, addresses: list[str]) -> dict[str, bytes]:
    return {address: browser.get(address).content for address in addresses}


def _resident(an: Account, headers: dict[str, str]) -> dict[str, bytes]:
    browser = enter(an, **headers)
    return {f"resident {k}": v for k, v in _own(browser, ["/me/?done=passkey_added", "/me/app/"]).items()}


def _counter(first: Account, second: Client, an: Account) -> dict[str, bytes]:
    kept = {"document_kind": "passport", "document_digits": "1234"}
    one = open_recovery(officer=first, login=an.login, at=clock.now(), **kept)
    address = f"/recovery/{one.pk}/confirm/"
    found = {"waiting": second.get("/recovery/").content, "confirm": second.get(address).content}
    found["confirm wrong"] = second.post(address, {"document_digits": "9"}).content
    found["slip"] = second.post(address, {"document_digits": "1234"}).content
    found["recovery wrong"] = second.post("/recovery/", {}).content
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
            troubles.append((address, "wider than the screen", str(page.evaluate(WIDEST))))
    page.close()
    return troubles


def test_pages_break_no_rule_and_fit_when_read_on_any_screen(rendered: dict[str, dict[str, bytes]]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])  # fmt: skip
        troubles = {
            (language, width): _troubles(browser, pages, width)
            for language, pages in rendered.items()
            for width in (1440, 320)
        }
        browser.close()

    assert {key: found for key, found in troubles.items() if found} == {}
