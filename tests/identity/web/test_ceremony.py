# SPDX-License-Identifier: Apache-2.0

"""The passkey ceremony in Chromium with its virtual authenticator, against the real pages on a real port."""

from __future__ import annotations

import mimetypes
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections, transaction
from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright
from tests.pages import PASSWORD

from dothi.cityhall.static_files import static_roots
from dothi.identity import door

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]
WITH_VERIFICATION = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _with_static_files(pages: Any) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    def answer(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environment["PATH_INFO"]
        for root in static_roots() if path.startswith("/static/") else []:
            file = root / path.removeprefix("/static/")
            if file.is_file():
                start(
                    "200 OK", [("Content-Type", mimetypes.guess_type(path)[0] or "application/octet-stream")]
                )
                return [file.read_bytes()]
        try:
            found: Iterable[bytes] = [b"".join(pages(environment, start))]
        finally:
            connections.close_all()
        return found

    return answer


@pytest.fixture
def port(committed: None) -> Iterator[int]:
    """The port of the pages."""
    del committed
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(_with_static_files(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])  # fmt: skip
        yield browser
        browser.close()


def _authenticator(page: Page, **changes: Any) -> tuple[CDPSession, str]:
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": WITH_VERIFICATION | changes})
    return wire, made["authenticatorId"]


def _become_first(page: Page, link: str) -> None:
    page.goto(link)
    for name, value in (("name", "An"), ("login", "an"), ("password", PASSWORD), ("again", PASSWORD)):
        page.fill(f"[name={name}]", value)
    page.click("main form .button")
    page.wait_for_url("**/sign-in/first-passkey/")


def _sign_out(page: Page, home: str) -> None:
    page.locator('form[action="/sign-out/"] button').first.click()
    page.wait_for_url(f"{home}/")


def _by_passkey(page: Page, home: str) -> None:
    page.goto(f"{home}/sign-in/?next=/me/")
    page.click("form[data-passkey] .button")


def _by_password(page: Page, home: str) -> None:
    page.goto(f"{home}/sign-in/?next=/me/")
    page.fill("[name=login]", "an")
    page.fill("[name=password]", PASSWORD)
    page.click("form:not([data-passkey]) .button:has-text('Sign in')")


def test_administrator_makes_and_uses_a_passkey_when_the_browser_is_a_real_one(port: int) -> None:
    with transaction.atomic():
        link = door.create_admin_link(f"http://127.0.0.1:{port}")
    home = f"http://localhost:{port}"
    with _chromium() as browser:
        page = browser.new_context(locale="en-GB").new_page()
        wire, key = _authenticator(page)

        _become_first(page, link)
        assert page.url == f"{home}/sign-in/first-passkey/"
        page.fill("[name=name]", "Phone of An")
        page.click("form[data-passkey] .button")
        page.wait_for_url("**/sources/")
        page.goto(f"{home}/me/")
        expect(page.locator(".things b", has_text="Phone of An")).to_be_visible()
        _sign_out(page, home)

        _by_passkey(page, home)
        page.wait_for_url(f"{home}/me/")
        _sign_out(page, home)

        _by_password(page, home)
        page.wait_for_url("**/sign-in/second/")
        page.click("form[data-passkey] .button")
        page.wait_for_url(f"{home}/me/")
        page.goto(f"{home}/me/passkeys/add/")
        page.click("form[data-passkey] .button")
        expect(page.locator("[data-saying]")).to_contain_text("holds a passkey of the account already")
        _sign_out(page, home)

        page.goto(f"http://evil.localhost:{port}/sign-in/")
        expect(page.get_by_text("work only at http://localhost")).to_be_visible()
        expect(page.locator("form[data-passkey]")).to_have_count(0)

        wire.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
        _by_passkey(page, home)
        expect(page.locator("[data-saying]")).to_contain_text("Not done")
        wire.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})

        found = wire.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
        wire.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
        _wire, copy = _authenticator(page)
        wanted = ("credentialId", "isResidentCredential", "rpId", "privateKey", "userHandle")
        for one in found:
            older = {name: one[name] for name in wanted} | {"signCount": 1}
            wire.send("WebAuthn.addCredential", {"authenticatorId": copy, "credential": older})
        _by_passkey(page, home)
        expect(page.locator(".wrong-list")).to_contain_text("seems to have been copied")
        assert page.url == f"{home}/sign-in/passkey/"


def test_page_says_what_to_do_when_the_device_has_no_passkey_or_the_browser_none(port: int) -> None:
    home = f"http://localhost:{port}"
    with _chromium() as browser:
        page = browser.new_context(locale="en-GB").new_page()
        _authenticator(page)
        _by_passkey(page, home)
        expect(page.locator("[data-saying]")).to_contain_text("Not done")
        page.close()

        page = browser.new_context(locale="en-GB").new_page()
        page.add_init_script("delete window.PublicKeyCredential")
        page.goto(f"{home}/sign-in/")
        expect(page.locator("[data-saying]")).to_contain_text("cannot use passkeys")
        page.close()

        page = browser.new_context(locale="en-GB", java_script_enabled=False).new_page()
        page.goto(f"{home}/sign-in/")
        page.click("form[data-passkey] .button")
        expect(page.locator(".wrong-list")).to_be_visible()
