# SPDX-License-Identifier: Apache-2.0
"""Django on a real database: the broker's migrations, then Django's, then pages as the role that pages have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.core.management import call_command
from django.db import connections
from django.test import Client, RequestFactory
from tests.software_key import SoftwareKey, sign_in_by

from dothi.cityhall import database as roles
from dothi.cityhall.django_database import as_django
from dothi.cityhall.postgres import Postgres

PASSWORD = "một câu dài chỉ An biết"


def _point(alias: str, url: str) -> None:
    """Let a connection of Django's lead to another database."""
    if alias not in connections.settings:
        connections.settings[alias] = connections.settings["default"] | {"TEST": {}}
    connections[alias].close()
    connections[alias].settings_dict.update(as_django(url))


@pytest.fixture(scope="session")
def django_db_setup(postgres: Postgres, migrated_template: str, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's own fixture, on our cluster: pages connect as dothi_reader, under row-level security."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE dothi_pages TEMPLATE {migrated_template}")
    owner = postgres.url("dothi_pages")
    with django_db_blocker.unblock():
        _point("default", owner)
        call_command("migrate", interactive=False, verbosity=0)
        roles.grant(owner)
        _, _, place = owner.partition("@")
        _point("default", f"postgresql://dothi_reader:reader@{place}")
    yield
    with django_db_blocker.unblock():
        connections["default"].close()


@pytest.fixture
def pages_owner(django_db_setup: None, postgres: Postgres) -> str:
    """The owner's URL of the database that pages work on: sees all rows, of all tenants."""
    del django_db_setup
    return postgres.url("dothi_pages")


@pytest.fixture
def committed(pages_owner: str, django_db_blocker: Any) -> Iterator[None]:
    """For tests with several connections: what they write is on disk at once, and is taken away at the end."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
    with psycopg.connect(pages_owner) as owner:
        owner.execute("SET session_replication_role = replica")  # the ledger's tables refuse it otherwise
        owner.execute(
            "TRUNCATE identity_account, identity_adminlink, identity_failedtry, identity_rightsedition,"
            " django_session, ledger.record, ledger.waiting CASCADE"
        )


def with_passkey(account: Any) -> SoftwareKey:
    """A passkey that the account has, made by the very parts that pages make one with."""
    from dothi.foundation import clock
    from dothi.identity import ceremony
    from dothi.identity.actions.passkey import add_passkey

    key, request = SoftwareKey(), RequestFactory().post("/")
    request.session = SessionBase()
    answer = key.add(ceremony.begin_adding(request, account))
    made = ceremony.new_key(request, account, answer)
    add_passkey(account=account, key=made, name="", otherwise="Khoá thử", at=clock.now())
    return key


def enter(account: Any, key: SoftwareKey | None = None, **headers: str) -> Client:
    """A browser in which the account is signed in by its passkey (a new one when none is given)."""
    client = Client(headers={"accept-language": "vi"} | headers)
    answer = sign_in_by(client, key or with_passkey(account))
    assert answer.status_code == 302, answer.content
    return client


@pytest.fixture
def dung(db: None) -> Any:
    """Dung, operations chief: an administrator."""
    del db
    from dothi.identity.door import give_post
    from dothi.identity.models import Account

    account = Account(name="Dung", login="dung", role="admin")
    account.set_password(PASSWORD)
    account.save()
    give_post(account=account, position="administrator", since=date(2026, 1, 1))
    return account


@pytest.fixture
def dung_key(dung: Any) -> SoftwareKey:
    """Dung's passkey."""
    return with_passkey(dung)


@pytest.fixture
def signed_in(dung: Any, dung_key: SoftwareKey) -> Client:
    """A browser in which Dung is signed in, in Vietnamese."""
    return enter(dung, dung_key)
