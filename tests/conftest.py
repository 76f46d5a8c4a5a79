# SPDX-License-Identifier: Apache-2.0
"""Real parts for tests: one PostgreSQL cluster a worker, one database a test from a migrated template."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest

from dothi.broker.store.migrate import migrate
from dothi.cityhall.postgres import Postgres, find_bin

pytest_plugins = ["tests.pages"]

# A busy machine is no failure: how fast things are is measured by `dothi bench`.
hypothesis.settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy machine")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real city data; the test skips, saying so, where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no ../shared/data here: real city data is not part of the project")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A cluster of this worker; DOTHI_TEST_POSTGRES_BIN chooses other programs than the wheel's."""
    folder = Path(tempfile.mkdtemp(prefix="dothi-pg-"))
    folder.chmod(0o755)
    server = Postgres(
        data=folder / "data",
        run=folder / "run",
        bin_dir=find_bin(os.environ.get("DOTHI_TEST_POSTGRES_BIN", "")),
        options=("fsync=off", "shared_buffers=64MB", "max_connections=60"),
    )
    server.prepare()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_database(postgres: Postgres) -> Iterator[str]:
    """The owner's URL of a database with nothing in it."""
    name = f"t{os.urandom(6).hex()}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield postgres.url(name)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def migrated_template(postgres: Postgres) -> str:
    """The name of a database with the broker's migrations, to copy from."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE dothi_template")
    migrate(postgres.url("dothi_template"), passwords={"dothi_writer": "writer", "dothi_reader": "reader"})
    return "dothi_template"


@pytest.fixture
def database(postgres: Postgres, migrated_template: str) -> Iterator[str]:
    """The owner's URL of a database of this test, with the broker's migrations applied."""
    name = f"t{os.urandom(6).hex()}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {migrated_template}')
    yield postgres.url(name)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def as_role(url: str, role: str) -> str:
    """The same database for dothi_writer or dothi_reader, with the passwords of `migrated_template`."""
    _, _, place = url.partition("@")
    return f"postgresql://{role}:{role.removeprefix('dothi_')}@{place}"


@pytest.fixture
def writer_url(database: str) -> str:
    """The writer's URL of this test's database."""
    return as_role(database, "dothi_writer")


@pytest.fixture
def reader_url(database: str) -> str:
    """The reader's URL of this test's database: row-level security applies."""
    return as_role(database, "dothi_reader")


LIGHTER = {"identity", "documents", "privacy"}
"""Rooms whose slow tests start servers and browsers, but seldom a whole city."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start the whole product or a browser run one after another in two lines: two cores are no more."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("xdist_group"):
            room = item.path.relative_to(Path(__file__).parent).parts[0]
            line = "servers and browsers" if room in LIGHTER else "whole product"
            item.add_marker(pytest.mark.xdist_group(line))
