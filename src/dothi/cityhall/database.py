# SPDX-License-Identifier: Apache-2.0
"""The database, its three roles and their addresses.

Every process gets the address of its own role only: Django the reader's (DOTHI_READER_URL), the broker and ingest
processes the writer's (DOTHI_DATABASE_URL), migrations the owner's (DOTHI_OWNER_URL): house decision 7.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

from dothi.cityhall.errors import CannotStart
from dothi.cityhall.folders import own, secret
from dothi.foundation.settings import Settings
from dothi.foundation.sql import queries

Role = Literal["owner", "writer", "reader"]
NAME = "dothi"
_SECRETS: dict[Role, str] = {"owner": "postgres", "writer": "dothi_writer", "reader": "dothi_reader"}
_SQL = queries(files("dothi.cityhall").joinpath("database.sql"))


def url(settings: Settings, role: Role, *, database: str = NAME) -> str:
    """The address for one role, on our own server or on the one of DOTHI_DATABASE_URL."""
    if settings.database_url and role == "owner":
        return settings.database_url
    password = secret(settings.data_path, _SECRETS[role])
    if not settings.database_url:
        return f"postgresql://dothi_{role}:{password}@/{database}?host={settings.run_path}"
    parts: dict[str, Any] = dict(conninfo_to_dict(settings.database_url))
    name = quote(str(parts.pop("dbname", NAME)), safe="")
    parts.pop("user", None)
    parts.pop("password", None)
    return f"postgresql://dothi_{role}:{password}@/{name}?{urlencode(parts)}"


def _run(cursor: psycopg.Cursor[Any], query: str, *values: str) -> None:
    """Execute the statement that a query of ours composed: names and passwords cannot be parameters."""
    row = cursor.execute(_SQL[query].encode(), values).fetchone()
    assert row is not None
    cursor.execute(str(row[0]).encode())


def ensure(settings: Settings) -> None:
    """Make the database and the two lesser roles, with the passwords of the secrets folder."""
    if not settings.database_url:
        with psycopg.connect(url(settings, "owner", database="postgres"), autocommit=True) as connection:
            cursor = connection.cursor()
            if not cursor.execute(_SQL["database_exists"].encode(), [NAME]).fetchone():
                _run(cursor, "create_database_text", NAME)
    try:
        with psycopg.connect(url(settings, "owner"), autocommit=True) as connection:
            cursor = connection.cursor()
            for role in ("dothi_writer", "dothi_reader"):
                password = secret(settings.data_path, role)
                known = cursor.execute(_SQL["role_exists"].encode(), [role]).fetchone()
                _run(cursor, "set_password_text" if known else "create_role_text", role, password)
    except psycopg.OperationalError as error:
        raise CannotStart("cityhall.start.database", reason=str(error).splitlines()[0]) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise CannotStart("cityhall.start.database_roles") from error


def trouble(settings: Settings) -> str:
    """Why the database of DOTHI_DATABASE_URL does not answer; empty when it does."""
    try:
        psycopg.connect(url(settings, "owner"), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return str(error).splitlines()[0]
    return ""


def grant(owner: str) -> None:
    """Let Django's role work on Django's tables and the writer read the sources; after each migration."""
    with psycopg.connect(owner) as connection:
        connection.execute(_SQL["grant_django"].encode())


def migrations_mark(settings: Settings) -> str:
    """What the database must be migrated to: all migration files of ours, and which database it is."""
    ours = Path(__file__).parents[1]
    found = sorted(
        f"{p.relative_to(ours)}:{hashlib.sha256(p.read_bytes()).hexdigest()}"
        for p in ours.glob("**/migrations/*")
        if p.suffix in {".py", ".sql"}
    )
    with psycopg.connect(url(settings, "owner")) as connection:
        row = connection.execute(_SQL["database_oid"].encode()).fetchone()
    assert row is not None
    return hashlib.sha256("\n".join([*found, str(row[0])]).encode()).hexdigest()


def is_migrated(settings: Settings) -> bool:
    file = settings.data_path / "migrated"
    return file.exists() and file.read_text("ascii").strip() == migrations_mark(settings)


def note_migrated(settings: Settings) -> None:
    file = settings.data_path / "migrated"
    file.write_text(migrations_mark(settings), "ascii")
    own(file, 0o644)
