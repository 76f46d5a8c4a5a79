# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.test import Client

from dothi.foundation import ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/console/", "/console/base.geojson"])
def test_console_sends_to_sign_in_when_nobody_is_signed_in(address: str):
    answer = Client().get(address)

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")
    assert ticket.COOKIE not in answer.cookies


def test_console_gives_a_ticket_that_the_broker_accepts_and_only_the_live_addresses_get(signed_in: Client):
    cookie = signed_in.get("/console/").cookies[ticket.COOKIE]

    claims = ticket.verify(settings.SECRET_KEY, cookie.value, now=time.time())
    assert claims is not None
    assert (claims.tenant, claims.ops) == ("", ("read",))
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/live", True, "Strict")


def test_ticket_is_renewed_by_post_and_refused_to_strangers(signed_in: Client):
    assert signed_in.get("/console/ticket").status_code == 405
    assert ticket.COOKIE in signed_in.post("/console/ticket").cookies
    assert ticket.COOKIE not in Client().post("/console/ticket").cookies


def test_base_has_the_units_with_their_scope(signed_in: Client):
    answer = signed_in.get("/console/base.geojson")

    assert (answer.status_code, answer.json()["type"]) == (200, "FeatureCollection")
