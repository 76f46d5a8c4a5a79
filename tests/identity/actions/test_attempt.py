# SPDX-License-Identifier: Apache-2.0
"""Tries that come at once, on connections of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from tests.pages import PASSWORD

from dothi.identity.models import Account, FailedTry


@pytest.mark.slow
def test_wrong_tries_are_counted_when_they_come_at_once(committed: None) -> None:
    account = Account(name="Giang", login="giang", role="resident")
    account.set_password(PASSWORD)
    account.save()

    def one(_: int) -> int:
        try:
            browser = Client(headers={"accept-language": "en"})
            return int(
                "Five wrong tries"
                in browser.post("/sign-in/", {"login": "giang", "password": "x"}).content.decode()
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        blocked = sum(pool.map(one, range(12)))

    assert (blocked, FailedTry.objects.count()) == (7, 5)
