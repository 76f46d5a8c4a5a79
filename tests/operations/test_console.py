# SPDX-License-Identifier: Apache-2.0
"""The console in a real browser over the real live endpoints."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.operations.line import Wire
from tests.operations.screen import IN_BROWSER, open_console, row, violations, write

pytestmark = IN_BROWSER


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_console_has_no_axe_violation(browser: Browser, wire: Wire, theme: str, language: str, width: int):
    context = browser.new_context(viewport={"width": width, "height": 844}, bypass_csp=True)
    address = f"http://127.0.0.1:{wire.port}"
    context.add_cookies(
        [
            {"name": "dothi_language", "value": language, "url": address},
            {"name": "dothi_theme", "value": theme, "url": address},
        ]
    )
    page = context.new_page()
    found: set[str] = set()
    for query in ("?tab=list", "?tab=briefing", "?sel=urn:air:0&at=2020-01-01T00:00:00Z", "?sel=urn:air:0"):
        page.goto(f"{address}/console/{query}")
        page.wait_for_selector("dothi-map[data-ready]", state="attached")
        found |= {f"{query} {one}" for one in violations(page)}
    context.close()

    assert "\n".join(sorted(found)) == ""


def test_console_fetches_nothing_from_outside_and_breaks_no_policy(page: Page, wire: Wire):
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    open_console(page, wire, "?sel=urn:air:0")
    page.wait_for_selector("dothi-map[data-ready]", state="attached")

    assert [
        url for url in asked if not re.match(rf"(http://127\.0\.0\.1:{wire.port}/|blob:|data:)", url)
    ] == []
    assert said == []


NOTE_CHIPS = """
(() => {
  window.chips = {};
  const look = () => {
    for (const row of document.querySelectorAll('dothi-list .thing'))
      if (row.textContent.includes('Trạm Chậm'))
        for (const state of ['live', 'stale'])
          if (row.querySelector(`.chip.${state}`)) window.chips[state] ??= Date.now() / 1000;
  };
  new MutationObserver(look).observe(document.body,
    {subtree: true, childList: true, characterData: true, attributes: true});
})()
"""


def test_reading_is_marked_late_within_a_second_of_becoming_so(page: Page, wire: Wire):
    open_console(page, wire)
    expect(page.locator("body[data-link=open]")).to_be_attached()
    page.evaluate(NOTE_CHIPS)
    before = time.time()
    write(wire, "urn:air:late", 7, name="Trạm Chậm", reportingPeriod=2)
    after = time.time()

    expect(row(page, "Trạm Chậm").locator(".chip.stale")).to_be_visible(timeout=8000)
    seen = page.evaluate("window.chips")

    # The page's own clock, so that a busy test process does not count; half a second for a busy machine.
    assert seen["live"] < seen["stale"]
    assert seen["stale"] - before >= 2.0
    assert seen["stale"] - after <= 3.5


def test_lost_line_shows_within_three_seconds_and_heals_without_a_lost_update(page: Page, wire: Wire):
    write(wire, "urn:air:1", 21)
    open_console(page, wire)
    expect(row(page, "Trạm Gò Dầu")).to_contain_text("21,0")
    expect(page.locator("body[data-link=open]")).to_be_attached()

    wire.hold()
    held = time.monotonic()
    expect(page.locator(".line-note[data-state=lost]")).to_be_visible(timeout=5000)
    shown = time.monotonic() - held
    write(wire, "urn:air:1", 33.5)
    wire.release()

    expect(page.locator(".line-note[data-state=healed]")).to_be_visible(timeout=8000)
    expect(row(page, "Trạm Gò Dầu")).to_contain_text("33,5", timeout=1000)
    assert shown <= 3.0


def test_everything_is_as_of_the_chosen_instant_and_comes_back_to_live(page: Page, wire: Wire):
    half_an_hour_ago = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1800))

    open_console(page, wire, f"?at={half_an_hour_ago}&sel=urn:air:0")
    expect(row(page, "Trạm Bến Sậy")).to_contain_text("10,0")
    expect(page.locator("dothi-panel .value-row b").first).to_have_text("10,0")
    expect(row(page, "Trạm Bến Sậy").locator(".chip.silent")).to_be_visible()

    page.get_by_role("button", name="Về trực tiếp").click()
    expect(row(page, "Trạm Bến Sậy")).to_contain_text("20,5")
    expect(page.locator("dothi-panel .value-row b").first).to_have_text("20,5")
    expect(page).to_have_url(re.compile(r"^[^?]*\?sel=urn:air:0(&v=.*)?$"))


def test_station_is_found_and_read_by_keyboard_alone_without_diacritics(page: Page, wire: Wire):
    open_console(page, wire)

    page.keyboard.press("Control+k")
    page.keyboard.type("ben say")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Trạm Bến Sậy")).to_be_focused()
    expect(page.locator("dothi-panel")).to_contain_text("Lê Minh Quân")

    page.keyboard.press("Escape")
    expect(page.locator("dothi-panel")).to_be_hidden()
    row(page, "Trạm Bến Sậy").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("dothi-list .thing").nth(1)).to_be_focused()
