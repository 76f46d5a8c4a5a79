# SPDX-License-Identifier: Apache-2.0
"""The table of ASVS 5.0 and that of attacks: each id once, each test and file they name is there, the shares are the true ones."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASVS, ATTACK = (ROOT / "docs" / name for name in ("asvs.md", "attack.md"))
IN_SECTION = {
    "1": (2, 9, 11, 3, 2), "2": (3, 3, 4, 1), "3": (0, 2, 4, 6, 5, 0, 2), "4": (3, 1, 2, 4), "5": (1, 3, 2, 3),
    "6": (3, 12, 4, 4, 5, 3, 0, 4), "7": (3, 4, 2, 5, 2, 2), "8": (2, 3, 1, 1), "9": (3, 4), "10": (2, 2, 4, 11, 5, 2, 3),
    "11": (2, 3, 3, 4, 1, 1), "12": (3, 2, 4), "13": (1, 5, 2, 5), "14": (2, 4, 3), "15": (3, 3, 7), "16": (1, 5, 4, 3, 3),
    "17": (1, 4, 2),
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section of each chapter has, numbered from 1 without gaps."""
ALL = 253
LEAST_BY_TEST = 0.80
NODE = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FILE = re.compile(r"`((?:src|docs|frontend|tests|pyproject)[\w/.-]*)`")
STATES = {"met", "partly", "**not met**", "does not apply"}


def _rows() -> list[list[str]]:
    lines = ASVS.read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if re.match(r"\| \d", line)]


def _missing(text: str) -> list[str]:
    """What a page names and the house has not."""
    found = [path for path in FILE.findall(text) if not (ROOT / path).exists()]
    known: dict[str, set[str]] = {}
    for path, name in NODE.findall(text):
        if path not in known:
            tree = (
                ast.parse((ROOT / path).read_text("utf-8")) if (ROOT / path).exists() else ast.Module([], [])
            )
            known[path] = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        if name not in known[path]:
            found.append(f"{path}::{name}")
    return found


def test_every_requirement_stands_once_when_levels_1_and_2_are_counted() -> None:
    wanted = [
        f"{chapter}.{section}.{number}"
        for chapter, counts in IN_SECTION.items()
        for section, count in enumerate(counts, 1)
        for number in range(1, count + 1)
    ]

    assert len(wanted) == ALL
    assert [row[0] for row in _rows()] == wanted


def test_rows_say_how_and_by_what_when_they_apply() -> None:
    wrong = [
        row[0]
        for row in _rows()
        if len(row) != 6
        or row[3] not in STATES
        or not row[4]
        or (row[3] in {"met", "partly"} and not NODE.search(row[5]) and "by reading" not in row[5])
    ]

    assert wrong == []


def test_tests_and_files_exist_when_the_tables_name_them() -> None:
    assert _missing(ASVS.read_text("utf-8")) == []
    assert _missing(ATTACK.read_text("utf-8")) == []


def test_share_of_rows_proven_by_tests_is_the_one_told_when_counted() -> None:
    applicable = [row for row in _rows() if row[3] != "does not apply"]
    proven = [row for row in applicable if row[3] == "met" and NODE.search(row[5])]
    share = len(proven) / len(applicable)

    assert f"Of these {len(proven)} ({100 * share:.1f} %)" in ASVS.read_text("utf-8")
    assert share >= LEAST_BY_TEST


def test_attacks_are_numbered_without_gaps_when_listed() -> None:
    text = ATTACK.read_text("utf-8")
    for family, least in (("S10", 60), ("S15", 30)):
        numbers = [int(n) for n in re.findall(rf"^\| {family}-(\d+)", text, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= least
