# SPDX-License-Identifier: Apache-2.0
"""Migrations are complete, numbered, and depend downwards; the broker's also lead back."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).parents[2] / "src" / "dothi"
BROKER = ROOT / "broker" / "store" / "migrations"
FLOOR = {
    "cityhall": 3,
    "operations": 2,
    "sources": 1,
    "documents": 1,
    "privacy": 1,
    "places": 0,
    "identity": 0,
    "ledger": -1,
}
HEAVY = re.compile(
    r"\bALTER TABLE\b[^;]*\b(?:ADD COLUMN[^;]*\bNOT NULL(?![^;]*DEFAULT)|ALTER COLUMN[^;]*\bTYPE\b)",
    re.IGNORECASE,
)


def test_migrations_of_the_broker_are_numbered_without_gaps_when_listed() -> None:
    names = sorted(
        p.name.removesuffix(".sql") for p in BROKER.glob("*.sql") if not p.name.endswith(".down.sql")
    )

    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert sorted(p.name.removesuffix(".down.sql") for p in BROKER.glob("*.down.sql")) == names


def test_migrations_of_the_broker_lock_nothing_for_long_when_they_change_a_table() -> None:
    assert [p.name for p in BROKER.glob("*.sql") if HEAVY.search(p.read_text("utf-8"))] == []


def test_migrations_of_the_pages_depend_downwards_when_rooms_differ() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)

    upward = [
        f"{app}.{name} -> {dependency[0]}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in FLOOR
        for dependency in migration.dependencies
        if dependency[0] in FLOOR and dependency[0] != app and FLOOR[dependency[0]] >= FLOOR[app]
    ]

    assert upward == []


@pytest.mark.django_db
def test_migrations_of_the_pages_are_complete_when_compared_with_the_models() -> None:
    out = io.StringIO()

    call_command("makemigrations", check_changes=True, dry_run=True, stdout=out, verbosity=1)

    assert "No changes detected" in out.getvalue()
