# SPDX-License-Identifier: Apache-2.0
"""Broker migrations: numbered SQL files, each with its way down, and a version table of their own."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import psycopg

from dothi.broker.errors import NewerDatabase
from dothi.foundation.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

_SQL = {name: text.encode() for name, text in queries(files(__package__).joinpath("migrate.sql")).items()}
_FOLDER = files(__package__).joinpath("migrations")


def known() -> list[str]:
    """Names of all migrations, oldest first."""
    return sorted(
        p.name.removesuffix(".sql")
        for p in _FOLDER.iterdir()
        if p.name.endswith(".sql") and not p.name.endswith(".down.sql")
    )


def _has_versions(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(_SQL["has_versions"]).fetchone()
    return row is not None and bool(row[0])


def _done(connection: psycopg.Connection[Any]) -> list[str]:
    connection.execute(_SQL["lock"])
    if not _has_versions(connection):
        return []
    done = [str(row[0]) for row in connection.execute(_SQL["done"])]
    if extra := sorted(set(done) - set(known())):
        raise NewerDatabase("broker.newer_database", name=extra[-1])
    return done


def migrate(url: str, *, passwords: Mapping[str, str] | None = None) -> list[str]:
    """Bring the database at `url` (the owner's) up to the code; the names of what was applied.

    Makes the roles dothi_writer and dothi_reader when the cluster lacks them and sets `passwords` (role ->
    password). NewerDatabase when the database was migrated by newer code.
    """
    with psycopg.connect(url) as connection:
        done = _done(connection)
        wanted = [name for name in known() if name not in done]
        for name in wanted:
            connection.execute(_FOLDER.joinpath(f"{name}.sql").read_bytes())
            connection.execute(_SQL["make_versions"])
            connection.execute(_SQL["note"], [name])
        for role, password in (passwords or {}).items():
            row = connection.execute(_SQL["set_password_text"], [role, password]).fetchone()
            assert row is not None
            connection.execute(str(row[0]).encode())
    return wanted


def revert(url: str, to: str = "") -> list[str]:
    """Undo every migration after `to` ("" undoes all), newest first; the names of what was undone."""
    with psycopg.connect(url) as connection:
        undone = [name for name in reversed(_done(connection)) if name > to]
        for name in undone:
            connection.execute(_FOLDER.joinpath(f"{name}.down.sql").read_bytes())
            if _has_versions(connection):
                connection.execute(_SQL["unnote"], [name])
    return undone
