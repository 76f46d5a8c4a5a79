# SPDX-License-Identifier: Apache-2.0
"""Ways through the console: on a phone, into another language, by the search field."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.operations.line import Wire
from tests.operations.screen import IN_BROWSER, open_console, row, write

pytestmark = IN_BROWSER

SMALL = """
() => [...document.querySelectorAll('a, button, select, summary, input:not([type=hidden])')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest('.skip, [hidden]'))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)
"""


@pytest.mark.parametrize(
    "query", ["?tab=map", "?tab=list", "?tab=briefing", "?tab=list&sel=urn:air:0", "?at=2026-01-01T00:00:00Z"]
)
def test_every_target_is_large_enough_for_a_finger_on_a_phone(browser: Browser, wire: Wire, query: str):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{wire.port}/console/{query}")
    page.wait_for_selector("dothi-map[data-ready]", state="attached")
    page.locator(".menu > summary").click()

    small = page.evaluate(SMALL)
    context.close()

    assert small == []


def test_menu_leads_home_to_the_rooms_and_out_on_a_phone(browser: Browser, wire: Wire):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{wire.port}/console/")
    page.locator(".menu > summary").click()

    for address in ("/", "/console/", "/sources/"):
        expect(page.locator(f'.menu nav a[href="{address}"]')).to_be_visible()
    expect(page.locator(".menu").get_by_role("button", name="Đăng xuất")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu nav")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("choice", ["language", "theme"])
def test_view_is_kept_when_language_or_theme_is_changed(page: Page, wire: Wire, choice: str):
    sent: list[str] = []
    page.route(f"**/{choice}/", lambda route: (sent.append(route.request.post_data or ""), route.abort()))
    open_console(page, wire)
    row(page, "Trạm Gò Dầu").click()

    page.locator(f'.tools form[action="/{choice}/"] button:visible').click()
    page.wait_for_timeout(200)

    assert re.search(r"next=%2Fconsole%2F%3Fsel%3Durn%3Aair%3A1", sent[0])


def test_very_marks_typed_come_first_when_searching(page: Page, wire: Wire):
    for number, name in enumerate(["Trạm Hoà", "Trạm Hóa", "Trạm Hoa"]):
        write(wire, f"urn:air:marks{number}", 1, name=name)
    open_console(page, wire)
    expect(row(page, "Trạm Hóa")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.insert_text("trạm ho\u0301a")
    first = page.locator("#search-hits li").first

    expect(first).to_contain_text("Trạm Hóa")


def test_enter_is_left_to_the_input_method_while_a_word_is_composed(page: Page, wire: Wire):
    open_console(page, wire)
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("gò dầu")

    page.locator("dothi-search input").evaluate(
        "(field) => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )

    expect(page.locator("dothi-search dialog")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Trạm Gò Dầu")).to_be_visible()


def test_progress_of_the_demo_goes_away_when_the_demo_is_removed(page: Page, wire: Wire):
    progress = "urn:ngsi-ld:SeedProgress:demo"
    write(wire, progress, None, done=3, total=9)
    open_console(page, wire)
    expect(page.locator(".seeding")).to_be_visible()

    write(wire, progress, None, gone=True)

    expect(page.locator(".seeding")).to_be_hidden()
