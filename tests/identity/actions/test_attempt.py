# SPDX-License-Identifier: Apache-2.0
"""Tries that come at once, on connections of their own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from tests.pages import PASSWORD

from dothi.identity.models import Account, FailedTry


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The login of an account that other connections see, too."""
    del django_db_setup
    with django_db_blocker.unblock():
        FailedTry.objects.all().delete()
        account = Account(name="Giang", login="giang", role="resident")
        account.set_password(PASSWORD)
        account.save()
        yield "giang"
        FailedTry.objects.all().delete()
        account.delete()


@pytest.mark.slow
def test_wrong_tries_are_counted_when_they_come_at_once(committed: str) -> None:
    def one(_: int) -> int:
        try:
            browser = Client(headers={"accept-language": "en"})
            return int(
                "Five wrong tries"
                in browser.post("/sign-in/", {"login": committed, "password": "x"}).content.decode()
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        blocked = sum(pool.map(one, range(12)))

    assert (blocked, FailedTry.objects.count()) == (7, 5)
