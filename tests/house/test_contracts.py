# SPDX-License-Identifier: Apache-2.0
"""The floors are checked with an empty ignore list, and foreign keys point down."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[2]
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
"""Rooms of one floor do not know each other."""


def test_contracts_have_no_exceptions_when_read() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]

    assert [c["name"] for c in settings["contracts"] if "ignore_imports" in c] == []


def test_contracts_hold_when_checked() -> None:
    tool = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_foreign_keys_point_down_when_rooms_differ() -> None:
    upward = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("dothi.")
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is not None
        for ours, theirs in [(model.__module__.split(".")[1], field.related_model.__module__)]
        if theirs.startswith("dothi.")
        and theirs.split(".")[1] != ours
        and FLOOR[theirs.split(".")[1]] >= FLOOR[ours]
    ]

    assert upward == []
