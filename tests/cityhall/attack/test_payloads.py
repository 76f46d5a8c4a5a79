# SPDX-License-Identifier: Apache-2.0
"""S11: the payloads are alive, or the tests that find none of them at work would prove nothing."""

from __future__ import annotations

from playwright.sync_api import sync_playwright
from tests.cityhall.attack.payloads import PAYLOADS, PLACES
from tests.cityhall.attack.screen import ARGUMENTS, CHROMIUM, IN_BROWSER, Screen, Shot

from dothi.cityhall.middleware import content_security_policy

OPEN = {"content-type": "text/html; charset=utf-8"}


def _careless(number: int, policy: str) -> Shot:
    one = PAYLOADS[number]
    page = f"<!doctype html><meta charset=utf-8><body>{PLACES[one.where](one.numbered(71000 + number))}"
    headers = OPEN | ({"content-security-policy": policy} if policy else {})
    return Shot(one.text, f"/{number}/", page.encode(), headers)


def test_there_are_a_hundred_different_ones_when_counted() -> None:
    assert (len(PAYLOADS), len({one.text for one in PAYLOADS})) == (100, 100)
    assert {one.where for one in PAYLOADS} == set(PLACES)


class TestInBrowser:
    pytestmark = IN_BROWSER

    def test_each_is_found_when_a_careless_page_shows_it(self) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            screen = Screen(browser)
            dead = [
                PAYLOADS[number].text
                for number in range(100)
                if not screen.show(_careless(number, ""), poke=True)
            ]
            browser.close()

        assert dead == []

    def test_nothing_runs_when_a_careless_page_has_our_policy(self) -> None:
        """The second line alone: no script of a hundred runs, even where a page forgot to escape."""
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            screen, policy = Screen(browser), content_security_policy("")
            ran = [
                (PAYLOADS[number].text, one)
                for number in range(100)
                if PAYLOADS[number].where != "form"
                for one in screen.show(_careless(number, policy), poke=True)
                if one.startswith(("ran", "dialog"))
            ]
            browser.close()

        assert ran == []
