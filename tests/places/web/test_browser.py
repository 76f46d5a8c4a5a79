# SPDX-License-Identifier: Apache-2.0
"""Pages of places in a real browser: no rule of accessibility is broken, and nothing is wider than a small phone."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.axe import NEEDED, on_every_screen

from dothi.cityhall import demo_planting as planting
from dothi.connectors.demo import city
from dothi.places import door

PAGES = [
    "/places/",
    "/places/?at=2025-06-30",
    "/places/?q=cho+cu+tay",
    "/places/?q=12+Lê+Lợi,+P.+Chợ+Cũ+Tây,+TP.+Lạc+Giang",
    "/places/unit/lac-giang/",
    "/places/unit/lac-giang-phuong-01/",
    "/places/unit/lac-giang-phuong-01-tay/",
    "/places/unit/lac-giang-phuong-01/change/",
    "/places/add/",
    "/places/event/",
    "/places/import/",
    "/places/calendar/?unit=lac-giang&year=2026&received=2026-02-13T09:00&amount=3",
]

pytestmark = [pytest.mark.django_db, *NEEDED]


@pytest.fixture
def rendered(signed_in: Client) -> dict[str, dict[str, bytes]]:
    """The pages of the demo city by language, rendered before the browser's loop turns."""
    planting.plant_units(city.make())
    door.set_setting(key="noise_limit_night", value=45, unit="lac-giang", valid_from=date(2026, 1, 1))
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        signed_in.cookies["dothi_language"] = language
        found[language] = {address: signed_in.get(address).content for address in PAGES}
    return found


def test_pages_break_no_rule_and_fit_when_read_on_any_screen(rendered: dict[str, dict[str, bytes]]) -> None:
    assert on_every_screen(rendered) == {}
