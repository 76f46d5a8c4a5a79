# SPDX-License-Identifier: Apache-2.0
"""Looking back: never the figures of one instant under the words of another."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, Route, expect
from tests.operations.line import Wire
from tests.operations.screen import IN_BROWSER, open_console, row

pytestmark = IN_BROWSER

PAST = re.compile(r"/live/state\?at=")
LIVE = re.compile(r"/live/state$")


def ago(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))


def hold(page: Page, address: re.Pattern[str]) -> list[Route]:
    """Requests to the address wait, in this list, until somebody lets them go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def look_back_an_hour(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("một giờ trước")
    page.keyboard.press("Enter")


def test_page_says_that_it_loads_and_dims_when_the_past_is_late(page: Page, wire: Wire):
    held = hold(page, PAST)
    open_console(page, wire)

    look_back_an_hour(page)
    expect(page.locator(".line-note[data-state=loading]")).to_be_visible()
    expect(page.locator("body[data-waits]")).to_be_attached()
    held[0].continue_()

    expect(page.locator(".line-note")).to_be_hidden()
    expect(page.locator("body[data-waits]")).not_to_be_attached()


def test_failure_is_told_and_the_newest_wish_asked_again_when_the_past_does_not_load(page: Page, wire: Wire):
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    open_console(page, wire)
    expect(row(page, "Trạm Bến Sậy")).to_contain_text("20,5")
    page.route(PAST, refuse)
    look_back_an_hour(page)
    expect(page.locator(".line-note[data-state=lost]")).to_contain_text("Chưa tải được")
    expect(page.locator("body[data-waits]")).to_be_attached()
    page.locator("dothi-scrubber input[type=datetime-local]").fill("2020-01-02T03:04:05")
    page.wait_for_timeout(300)
    page.unroute(PAST)
    page.locator(".line-note button").click()

    expect(page.locator(".cover[data-state=past]")).to_be_visible()
    expect(page.locator(".line-note")).to_be_hidden()
    assert "2020-01-01T20%3A04%3A05" in asked[-1]


def test_sign_in_is_offered_when_the_session_ended_while_looking_back(page: Page, wire: Wire):
    open_console(page, wire)
    page.route(PAST, lambda route: route.fulfill(status=401))
    page.route("**/console/ticket", lambda route: route.fulfill(status=403))

    look_back_an_hour(page)

    link = page.locator(".line-note[data-state=lost] a")
    expect(link).to_have_attribute("href", re.compile(r"^/sign-in/\?next=%2Fconsole%2F"))


def test_past_figures_do_not_stand_under_live_when_going_back_is_slow(page: Page, wire: Wire):
    open_console(page, wire, f"?at={ago(1800)}&sel=urn:air:0")
    expect(row(page, "Trạm Bến Sậy")).to_contain_text("10,0")
    held = hold(page, LIVE)

    page.get_by_role("button", name="Về trực tiếp").click()
    expect(page.locator(".line-note[data-state=loading]")).to_be_visible()
    expect(page.locator(".when")).not_to_contain_text("Trực tiếp")
    expect(page.locator("body[data-waits]")).to_be_attached()
    expect(row(page, "Trạm Bến Sậy")).to_contain_text("10,0")
    held[0].continue_()

    expect(page.locator(".when")).to_contain_text("Trực tiếp")
    expect(row(page, "Trạm Bến Sậy")).to_contain_text("20,5")


def test_series_rows_and_file_are_asked_as_they_were_known_when_looking_back(page: Page, wire: Wire):
    at = ago(1800)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_console(page, wire, f"?at={at}&sel=urn:air:0")
    page.locator("dothi-panel .raw summary").click()
    expect(page.locator("dothi-panel tbody tr").first).to_be_visible()

    known = at.replace("Z", ".000Z").replace(":", "%3A")
    for address in ("/live/series", "/live/rows"):
        assert all(f"at={known}" in url for url in asked if address in url)
        assert any(address in url for url in asked)
    file = page.locator("dothi-panel a[download]").get_attribute("href") or ""
    assert f"at={known}" in file


def test_retired_station_is_gone_live_and_there_in_its_past(page: Page, wire: Wire):
    open_console(page, wire)
    expect(row(page, "Trạm muted").locator(".chip.muted")).to_have_text("Tạm tắt")
    expect(row(page, "Trạm retired")).to_have_count(0)

    look_back_an_hour(page)
    page.locator("dothi-scrubber input[type=range]").press("ArrowRight")

    expect(row(page, "Trạm retired")).to_be_visible()
