# SPDX-License-Identifier: Apache-2.0
"""Pages of keys in a real browser: no rule of accessibility is broken, nothing is wider than a small phone."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from tests.axe import NEEDED, on_every_screen

from dothi.broker.door import Terms, make_key
from dothi.cityhall import demo_planting as planting
from dothi.connectors.demo import city

NS = "https://uri.etsi.org/ngsi-ld/default-context/"

pytestmark = [pytest.mark.django_db, *NEEDED]


def _pages(client: Client, key_id: str) -> dict[str, bytes]:
    """The pages as they are read, also with what is wrong and with the token that is shown once."""
    addresses = [
        "/keys/",
        "/keys/add/",
        f"/keys/{key_id}/",
        f"/keys/{key_id}/change/",
        f"/keys/{key_id}/revoke/",
    ]
    found = {address: client.get(address).content for address in addresses}
    found["wrong"] = client.post("/keys/add/", {"operations": "x", "until": "x", "addresses": "x"}).content
    form = found["/keys/add/"].decode()
    number, owner = (
        re.search(pattern, form) for pattern in (r'name="number" value="([^"]+)', r'value="(account:[^"]+)')
    )
    assert number is not None
    assert owner is not None
    given = {"number": number[1], "owner": owner[1], "note": "Bản đồ ngập", "operations": "read"}
    found["made"] = client.post("/keys/add/", given).content
    assert b"dothi_" in found["made"]
    return found


@pytest.fixture
def rendered(signed_in: Client) -> dict[str, dict[str, bytes]]:
    planting.plant_units(city.make())
    scopes = ["/lac-giang/lac-giang-phuong-01"]
    terms = Terms(
        operations=["read", "ingest"], note="Cổng của công ty chiếu sáng " * 3, types=[f"{NS}Streetlight"],
        attrs=[f"{NS}powerState"], scopes=scopes, per_day=10, per_minute=5, addresses=["2001:db8::/32"] * 9,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', false)")
        token = make_key(cursor, terms=terms)
    assert token is not None
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        signed_in.cookies["dothi_language"] = language
        found[language] = _pages(signed_in, token.split("_")[1])
    return found


def test_pages_break_no_rule_and_fit_when_read_on_any_screen(rendered: dict[str, dict[str, bytes]]) -> None:
    assert on_every_screen(rendered) == {}
