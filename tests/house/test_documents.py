# SPDX-License-Identifier: Apache-2.0
"""What one can set, type and ask is written down; links lead somewhere; words of the law stand in the glossary."""

from __future__ import annotations

import argparse
import dataclasses
import re
from pathlib import Path

import pytest

from dothi.cityhall.cli import ELSEWHERE, parser
from dothi.foundation.kinds import KINDS
from dothi.foundation.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md")])
MADE_LATER = {"docs/pictures/console.png"}
"""Made by `make pictures`."""


def _commands() -> set[str]:
    actions = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]
    return {name for action in actions for name in action.choices} | set(ELSEWHERE)


def test_every_setting_stands_in_the_reference_when_it_exists() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")

    assert [f.name for f in dataclasses.fields(Settings) if f"`DOTHI_{f.name.upper()}`" not in text] == []


def test_every_command_is_explained_when_it_exists() -> None:
    text = "\n".join(
        (ROOT / name).read_text("utf-8")
        for name in ("README.md", "docs/operate.md", "docs/settings.md", "docs/use.md")
    )

    assert sorted(name for name in _commands() if f"dothi {name}" not in text) == []


def test_every_kind_is_explained_when_a_city_can_sense_it() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")

    assert [kind.type for kind in KINDS if f"`{kind.type}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere_when_they_stay_in_the_house(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text("utf-8"))

    gone = [link for link in links if not (page.parent / link).exists() and link not in MADE_LATER]

    assert gone == []


def test_decisions_say_what_is_given_up_when_taken() -> None:
    lame = [
        path.name
        for path in (ROOT / "docs" / "decisions").glob("*.md")
        if not re.search(r"give up|undo", path.read_text("utf-8"), re.IGNORECASE)
    ]

    assert lame == []
