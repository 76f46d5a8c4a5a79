# SPDX-License-Identifier: Apache-2.0
"""A city with an OpenID Connect provider, for the tests of identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.identity.relying import City

from dothi.cityhall.postgres import Postgres


@pytest.fixture(scope="session")
def city(django_db_setup: None, postgres: Postgres, django_db_blocker: Any) -> Iterator[City]:
    del django_db_setup
    with django_db_blocker.unblock():
        made = City(postgres)
    yield made
    made.stop()
