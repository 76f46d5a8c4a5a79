# SPDX-License-Identifier: Apache-2.0
"""Maps: what lies beneath, and the one on which a place is picked."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.operations.line import Wire
from tests.operations.screen import IN_BROWSER, open_console, violations
from tests.tiles_made import RED

pytestmark = IN_BROWSER

WATER = (0xBC, 0xD9, 0xE2)


READ_PIXEL = """
async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const pen = new OffscreenCanvas(1, 1).getContext('2d');
  pen.drawImage(image, 0, 0);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
"""


def colour_at(page: Page, x: int, y: int) -> tuple[int, ...]:
    shot = page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    return tuple(page.evaluate(READ_PIXEL, base64.b64encode(shot).decode()))


def until(holds: Callable[[], Any], page: Page) -> bool:
    for _ in range(50):
        if holds():
            return True
        page.wait_for_timeout(200)
    return False


@pytest.mark.parametrize(
    ("tiles", "colour", "credit"), [("raster", RED, "Cục Bản đồ"), ("vector", WATER, "Sở Xây dựng")]
)
def test_file_of_tiles_lies_beneath_and_is_credited_when_the_city_has_one(
    page: Page, wire: Wire, tiles: str, colour: tuple[int, ...], credit: str
):
    page.emulate_media(color_scheme="light")
    open_console(page, wire, f"?tiles={tiles}")
    page.wait_for_selector("dothi-map[data-ready]", state="attached")

    expect(page.locator("dothi-map .credit")).to_have_text(credit)
    assert until(lambda: colour_at(page, 500, 300) == colour, page), colour_at(page, 500, 300)


def open_place(page: Page, wire: Wire) -> list[str]:
    """The page with the two fields; returns what the browser complains about, which grows."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"http://127.0.0.1:{wire.port}/place/")
    page.wait_for_selector(".place-box[data-ready]", state="attached")
    return said


def test_place_is_written_and_its_unit_told_when_the_map_is_clicked(page: Page, wire: Wire):
    said = open_place(page, wire)
    page.fill("#f-lat", "10,93")
    page.fill("#f-lon", "107,64")
    page.locator("#f-lon").blur()
    expect(page.locator(".place-told")).to_have_text("Vị trí thuộc Phường Gò Mơ.")
    before = page.input_value("#f-lon")

    page.locator(".place-box canvas").click(position={"x": 200, "y": 100})

    assert page.input_value("#f-lon") != before
    assert re.fullmatch(r"10,\d{6}", page.input_value("#f-lat"))
    assert said == []


def test_place_moves_when_the_pin_is_dragged_or_an_arrow_key_pressed(page: Page, wire: Wire):
    open_place(page, wire)
    page.locator(".place-box canvas").click()
    clicked = float(page.input_value("#f-lon").replace(",", "."))
    pin = page.locator(".place-pin").bounding_box()
    assert pin is not None
    page.mouse.move(pin["x"] + 20, pin["y"] + 20)
    page.mouse.down()
    page.mouse.move(pin["x"] + 70, pin["y"] + 20, steps=4)
    page.mouse.up()
    dragged = float(page.input_value("#f-lon").replace(",", "."))
    page.locator(".place-box canvas").focus()
    page.keyboard.press("ArrowRight")
    pressed = float(page.input_value("#f-lon").replace(",", "."))

    assert clicked < dragged < pressed
    assert (dragged - clicked) == pytest.approx(5 * (pressed - dragged), rel=0.05)


def test_fields_alone_do_when_there_is_no_script(browser: Browser, wire: Wire):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{wire.port}/place/")

    expect(page.locator("#f-lat")).to_be_visible()
    expect(page.locator("#f-lon")).to_be_editable()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_map_for_a_place_has_no_axe_violation(browser: Browser, wire: Wire, theme: str):
    context = browser.new_context(color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    open_place(page, wire)

    found = violations(page)
    context.close()

    assert found == []
