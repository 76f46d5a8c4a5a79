# SPDX-License-Identifier: Apache-2.0
"""What pictures are taken of: the pages, and what is done on each before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from failure_pages import FAILURES
from playwright.sync_api import Page


@dataclass(frozen=True)
class Shot:
    """One picture: a name, an address ({places} are found in the city), what to do before it is taken."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda _page: None
    map: bool = False
    signed_in: bool = True


def choose_first(page: Page) -> None:
    page.locator("dothi-list .thing").nth(2).dispatch_event("click")
    page.wait_for_selector("dothi-panel .uplot", timeout=15_000)


def search(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("go mo")


def lose_the_line(page: Page) -> None:
    page.route("**/live/events", lambda route: route.abort())
    page.reload()
    page.wait_for_selector("dothi-map[data-ready]", state="attached", timeout=30_000)
    page.wait_for_selector(".line-note[data-state=lost]", timeout=8_000)


def stale_form(page: Page) -> None:
    page.locator("main [name=csrfmiddlewaretoken]").evaluate("(field) => field.remove()")
    page.locator("main form .button").click()
    page.wait_for_load_state()


def fill_wrongly(page: Page) -> None:
    page.locator("main form .button").last.click()
    page.wait_for_load_state()


def send_empty(page: Page) -> None:
    page.locator("main form button.button:not([name])").click()
    page.wait_for_load_state()


def open_menu(page: Page) -> None:
    if page.locator(".menu").is_visible():
        page.locator(".menu > summary").click()


def open_table(page: Page) -> None:
    choose_first(page)
    page.locator("dothi-panel .raw summary").click()
    page.locator("dothi-panel .raw summary").scroll_into_view_if_needed()


def see_data(page: Page) -> None:
    page.wait_for_selector("dothi-data tbody tr", timeout=30_000)


def see_place(page: Page) -> None:
    page.wait_for_selector(".place-box[data-ready]", state="attached", timeout=15_000)


def console_shots() -> list[Shot]:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(hours=20)
    at = f"{yesterday:%Y-%m-%dT%H:%M:%SZ}"
    return [
        Shot("console", "/console/", map=True),
        Shot("console-list", "/console/?tab=list", map=True),
        Shot("console-briefing", "/console/?tab=briefing", map=True),
        Shot("console-station", "/console/?tab=list", choose_first, map=True),
        Shot("console-table", "/console/?tab=list", open_table, map=True),
        Shot("console-past", f"/console/?at={at}&only=stale,silent", map=True),
        Shot("console-search", "/console/", search, map=True),
        Shot("console-menu", "/console/", open_menu, map=True),
        Shot("console-before-everything", "/console/?at=2001-01-01T00:00:00Z", map=True),
        Shot("console-lost", "/console/", lose_the_line, map=True),
        Shot("data", "/data/", see_data),
    ]


def source_shots() -> list[Shot]:
    return [
        Shot("ledger", "/ledger/"),
        Shot("documents", "/documents/"),
        Shot("document-sign", "/documents/sign/"),
        Shot("document-codes", "/documents/codes/"),
        Shot("document-keys", "/documents/keys/"),
        Shot("document-credentials", "/documents/credentials/"),
        Shot("document-check", "/documents/check/"),
        Shot("verify", "/verify/", signed_in=False),
        Shot("verify-unknown", "/v/7K2M-9QXT-R4W8", signed_in=False),
        Shot("sources", "/sources/"),
        Shot("places", "/places/"),
        Shot("places-past", "/places/?at=2025-06-30"),
        Shot("places-search", "/places/?q=cho+cu+tay"),
        Shot("place", "/places/unit/lac-giang-phuong-01/"),
        Shot("place-add", "/places/add/"),
        Shot("place-calendar", "/places/calendar/?unit=lac-giang"),
        Shot("place-import", "/places/import/"),
        Shot("source-add", "/sources/add/"),
        Shot("source-add-wrong", "/sources/add/", fill_wrongly),
        Shot("source", "{source}"),
        Shot("source-change", "{source}change/"),
        Shot("source-retire", "{source}retire/"),
        Shot("source-mapping", "{source}mapping/"),
        Shot("device-add", "{source}devices/add/", see_place),
        Shot("device", "{device}", see_place),
        Shot("device-retire", "{device}retire/"),
        Shot("keys", "/keys/"),
        Shot("key-add", "/keys/add/"),
        Shot("key-add-wrong", "/keys/add/", send_empty),
        Shot("file-source", "{files}"),
        Shot("file-preview", "{preview}"),
        Shot("file-result", "{result}"),
    ]


def choose_right(page: Page) -> None:
    """Ask up to the page of the contact."""
    page.locator("[name=kind][value=rectify]").check()
    page.locator("main form .button").click()
    page.fill("[name=details]", "Số điện thoại của tôi ghi sai")
    page.locator("main form .button").click()


def file_request(page: Page) -> None:
    choose_right(page)
    page.fill("[name=name]", "Nguyễn Thị Mẫu")
    page.locator("main form .button").click()
    page.locator("main form .button").click()
    page.wait_for_load_state()


def check_request(page: Page) -> None:
    choose_right(page)
    page.fill("[name=name]", "Nguyễn Thị Mẫu")
    page.locator("main form .button").click()


def open_gate(page: Page) -> None:
    page.locator("td a.name").first.click()
    page.wait_for_load_state()


def open_request(page: Page) -> None:
    open_gate(page)
    if page.locator("[name=privacy_purpose]").count():
        page.locator("[name=privacy_purpose][value=data_requests]").check()
        page.locator("main form .button").click()
        page.wait_for_load_state()


def privacy_shots() -> list[Shot]:
    return [
        Shot("privacy", "/privacy/"),
        Shot("privacy-ask", "/privacy/ask/"),
        Shot("privacy-ask-wrong", "/privacy/ask/", fill_wrongly, signed_in=False),
        Shot("privacy-contact", "/privacy/ask/", choose_right, signed_in=False),
        Shot("privacy-check", "/privacy/ask/", check_request, signed_in=False),
        Shot("privacy-case", "/privacy/ask/", file_request, signed_in=False),
        Shot("privacy-follow-wrong", "/privacy/follow/", fill_wrongly, signed_in=False),
        Shot("privacy-register", "/privacy/register/"),
        Shot("privacy-export", "/privacy/export/"),
        Shot("privacy-looked", "/privacy/looked/"),
        Shot("privacy-consents", "/privacy/consents/"),
        Shot("privacy-desk", "/privacy/desk/"),
        Shot("privacy-gate", "/privacy/desk/", open_gate),
        Shot("privacy-desk-case", "/privacy/desk/", open_request),
        Shot("privacy-desk-register", "/privacy/desk/register/"),
        Shot("privacy-desk-purpose", "/privacy/desk/register/ledger/"),
        Shot("privacy-retention", "/privacy/desk/retention/"),
        Shot("privacy-rule", "/privacy/desk/retention/files/"),
    ]


def shots() -> list[Shot]:
    """Pages of a city that lives."""
    return [
        Shot("home", "/"),
        Shot("connect", "/ket-noi/"),
        Shot("sign-in", "/sign-in/", signed_in=False),
        Shot("sign-in-wrong", "/sign-in/", fill_wrongly, signed_in=False),
        Shot("sign-up", "/sign-up/", signed_in=False),
        Shot("reset", "/reset/", signed_in=False),
        Shot("recover", "/recover/", signed_in=False),
        Shot("recover-wrong", "/recover/", fill_wrongly, signed_in=False),
        Shot("me", "/me/"),
        Shot("me-passkey-add", "/me/passkeys/add/"),
        Shot("me-password", "/me/password/"),
        Shot("me-email-add", "/me/emails/add/"),
        Shot("again", "/sign-in/again/?next=/me/"),
        Shot("consents", "/me/consents/"),
        Shot("device", "/device/"),
        Shot("device-wrong", "/device/?user_code=BCDF-GHJK"),
        Shot("oidc-clients", "/oidc/clients/"),
        Shot("oidc-client-add", "/oidc/clients/add/"),
        Shot("oidc-client-wrong", "/oidc/clients/add/", fill_wrongly),
        Shot("upstreams", "/oidc/upstreams/"),
        Shot("upstream-add", "/oidc/upstreams/add/vneid/"),
        Shot("upstream-wrong", "/oidc/upstreams/add/vnconnect/", fill_wrongly),
        Shot("upstream-ways", "/sign-in/with/", signed_in=False),
        Shot("recovery", "/recovery/"),
        Shot("recovery-wrong", "/recovery/", fill_wrongly),
        *console_shots(),
        *source_shots(),
        *privacy_shots(),
        Shot("error-403", "/sign-in/", stale_form, signed_in=False),
        Shot("error-404", "/no-such-page/"),
        *(Shot(f"error-{status}", f"/error/{status}") for status in FAILURES),
    ]


def first_shots(link: str) -> list[Shot]:
    """Pages of a city that nobody has entered yet."""
    path = urlsplit(link).path
    return [
        Shot("first", path, signed_in=False),
        Shot("first-wrong", path, fill_wrongly, signed_in=False),
        Shot("first-used", "/first/used-already/", signed_in=False),
    ]


def empty_shots() -> list[Shot]:
    return [
        Shot("empty-home", "/"),
        Shot("empty-console", "/console/", map=True),
        Shot("empty-sources", "/sources/"),
    ]
