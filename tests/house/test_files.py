# SPDX-License-Identifier: Apache-2.0
"""Name plates, sizes, names and reasons: what a visitor relies on in every room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = sorted((ROOT / "frontend" / "src").rglob("*.ts"))
ROOMS = sorted(p for p in (ROOT / "src" / "dothi").iterdir() if (p / "__init__.py").exists())
LONG_WITH_REASON: dict[str, str] = {}
BANNED_NAMES = {"utils", "helpers", "misc", "common", "base", "manager", "service"}


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: p.name)
def test_room_has_a_name_plate_when_it_exists(room: Path) -> None:
    text = (room / "__init__.py").read_text("utf-8")

    assert re.search(r'^"""[A-Z][a-z ]+: .{20,}', text, re.MULTILINE)
    assert "import" not in text.split('"""')[2]


def test_files_stay_under_500_lines_when_no_reason_is_given() -> None:
    files = [p for p in [*SOURCES, *TESTS, *SCRIPTS] if "migrations" not in p.parts]

    long = {str(p.relative_to(ROOT)) for p in files if len(p.read_text("utf-8").splitlines()) > 500}

    assert long == set(LONG_WITH_REASON)


def test_files_carry_the_licence_when_they_are_ours() -> None:
    files = [p for p in [*SOURCES, *TESTS] if p.stat().st_size and "migrations" not in p.parts]

    without = [
        str(p.relative_to(ROOT))
        for p in files
        if "SPDX-License-Identifier: Apache-2.0" not in p.read_text("utf-8")[:200]
    ]

    assert without == []


def test_files_are_named_by_a_noun_when_in_a_room() -> None:
    assert [str(p.relative_to(ROOT)) for p in SOURCES if p.stem in BANNED_NAMES] == []


def test_exceptions_to_a_check_carry_a_reason_when_made() -> None:
    mark = re.compile(r"#\s*(noqa|type:\s*ignore|pragma: no cover)(?![^\n]*\s-\s\S)")

    bare = [
        f"{p.relative_to(ROOT)}:{number}"
        for p in [*SOURCES, *TESTS]
        for number, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if mark.search(line) and p.name != "test_files.py"
    ]

    assert bare == []


def test_nothing_is_left_for_later_when_merged() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")

    left = [str(p.relative_to(ROOT)) for p in [*SOURCES, *SCRIPTS] if words.search(p.read_text("utf-8"))]

    assert left == []
