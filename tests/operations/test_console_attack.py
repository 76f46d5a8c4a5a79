# SPDX-License-Identifier: Apache-2.0
"""S11: what devices say of themselves comes to the console by the live stream, and stays text."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.cityhall.attack.payloads import PAYLOADS
from tests.cityhall.attack.screen import LISTEN, LOOK, POKE
from tests.operations.line import Wire
from tests.operations.screen import IN_BROWSER, open_console, write

pytestmark = IN_BROWSER
EACH = 5
"""Texts of one hostile device: its name, type, unit, an attribute's name and value."""


def _send(wire: Wire, number: int) -> None:
    name, of, unit, attr, said = (one.numbered(72000 + number) for one in PAYLOADS[number : number + EACH])
    fields = {"name": f"72{number:03} {name}", "of": of, "unit": unit, attr: said, "description": said, "address": {"streetAddress": name}}  # fmt: skip
    write(wire, f"urn:ngsi-ld:{name}", number, **fields)


@pytest.fixture
def heard(page: Page) -> list[str]:
    """Dialogs, and what the browser refused, as it is told."""
    troubles: list[str] = []
    page.add_init_script(LISTEN)
    page.on("dialog", lambda dialog: (troubles.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda said: "Content Security Policy" in said.text and troubles.append(said.text))
    page.on("request", lambda asked: "//ngoai.test" in asked.url[:20] and troubles.append(asked.url))
    return troubles


def test_texts_of_devices_stay_texts_when_they_come_by_the_live_stream(
    page: Page, wire: Wire, heard: list[str]
) -> None:
    open_console(page, wire)
    numbers = range(0, len(PAYLOADS), EACH)
    for number in numbers:
        _send(wire, number)

    found = []
    for number in numbers:
        row = page.locator("dothi-list .thing", has_text=f"72{number:03}")
        expect(row).to_be_visible()
        row.click()
        expect(page.locator("dothi-panel")).to_contain_text(f"72{number:03}")
        page.evaluate(POKE)
        found += page.evaluate(LOOK)
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("72")
    expect(page.locator("#search-hits li").first).to_be_visible()
    found += page.evaluate(LOOK)
    page.keyboard.insert_text(PAYLOADS[0].numbered(72999))

    assert sorted(set(found) | set(page.evaluate(LOOK))) == []
    assert heard == []
