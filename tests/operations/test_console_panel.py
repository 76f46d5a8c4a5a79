# SPDX-License-Identifier: Apache-2.0
"""The panel: a window of its own, and nothing that moves under the eyes of one who reads."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.operations.line import Wire
from tests.operations.screen import IN_BROWSER, open_console, row, write

pytestmark = IN_BROWSER


def test_recorded_series_is_shown_at_its_newest_reading_when_that_is_years_old(page: Page, wire: Wire):
    open_console(page, wire, "?sel=urn:rain:2021")

    expect(page.locator("dothi-panel .uplot")).to_be_visible()
    expect(page.locator("dothi-panel .span-move")).to_contain_text("20/05/2021")
    expect(page.locator("dothi-panel .chart-foot")).to_contain_text("18 số đo")
    page.locator("dothi-panel .raw summary").click()
    expect(page.locator("dothi-panel tbody tr")).to_have_count(18)
    file = page.locator("dothi-panel a[download]").get_attribute("href") or ""
    assert "to=2021-05-20" in file


def test_window_moves_by_its_range_and_returns_to_the_newest_when_asked(page: Page, wire: Wire):
    open_console(page, wire, "?sel=urn:rain:2021")
    expect(page.locator("dothi-panel .uplot")).to_be_visible()

    page.get_by_role("button", name="Lùi một khoảng").click()
    expect(page.locator("dothi-panel .chart-foot")).to_contain_text("Không có số đo")
    page.get_by_role("button", name="Đến số đo mới nhất").click()

    expect(page.locator("dothi-panel .chart-foot")).to_contain_text("18 số đo")
    expect(page.get_by_role("button", name="Đến số đo mới nhất")).to_be_hidden()


def test_chart_goes_on_and_keeps_the_cursor_when_a_reading_comes(page: Page, wire: Wire):
    open_console(page, wire, "?sel=urn:air:0")
    expect(page.locator("dothi-panel .chart-foot")).to_contain_text("2 số đo")
    page.evaluate("window.plotted = document.querySelector('dothi-panel .uplot')")
    page.locator(".chart-box").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".chart-read")).to_contain_text("20,5")
    reads = page.locator(".chart-read").inner_text()

    write(wire, "urn:air:0", 22.5)

    expect(page.locator("dothi-panel .chart-foot")).to_contain_text("3 số đo")
    expect(page.locator(".chart-read")).to_have_text(reads)
    assert page.evaluate("window.plotted === document.querySelector('dothi-panel .uplot')")


def test_open_table_stands_still_and_counts_the_new_rows_when_readings_come(page: Page, wire: Wire):
    write(wire, "urn:air:table", 1, name="Trạm Bảng")
    open_console(page, wire, "?sel=urn:air:table")
    page.locator("dothi-panel .raw summary").click()
    expect(page.locator("dothi-panel tbody tr")).to_have_count(1)

    write(wire, "urn:air:table", 2)
    expect(page.get_by_role("button", name="1 dòng mới")).to_be_visible()
    expect(page.locator("dothi-panel tbody tr")).to_have_count(1)
    page.get_by_role("button", name="1 dòng mới").click()

    expect(page.locator("dothi-panel tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("dòng mới"))).to_be_hidden()


def test_old_main_value_does_not_lead_or_count_as_on_time_when_another_value_is_fresh(page: Page, wire: Wire):
    open_console(page, wire)

    expect(row(page, "Trạm Lệch").locator(".chip.stale")).to_be_visible()
    expect(row(page, "Trạm Lệch")).to_contain_text("20 phút trước")
    expect(page.locator("dothi-figures")).not_to_contain_text("999")


LETTERS = """() => [...document.querySelectorAll('.grade-view .trio .letter')].map((one) => {
  const style = getComputedStyle(one), size = one.getBoundingClientRect();
  return [/[ABCD]$/.test(one.textContent), style.color !== style.backgroundColor, size.width >= 16 && Math.abs(size.width - size.height) < 4];
})"""


def test_grade_says_its_letters_and_why_beside_the_chart(page: Page, wire: Wire):
    open_console(page, wire, "?sel=urn:air:0")

    grade = page.locator("dothi-panel .grade-view")
    expect(grade.locator(".chip.graded")).to_be_visible()
    expect(grade.locator(".why dt")).to_have_text(
        [re.compile("Đủ"), re.compile("Tin cậy"), re.compile("Kịp thời")]
    )
    expect(grade.locator(".why")).to_contain_text("Chưa khai loại nguồn: tin cậy cao nhất là B.")

    assert page.evaluate(LETTERS) == [[True, True, True]] * 3
    assert (
        page.evaluate(
            "getComputedStyle(document.querySelector('.map-legend .mark, dothi-map .mark')).borderStyle"
        )
        == "none"
    )
