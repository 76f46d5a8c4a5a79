# SPDX-License-Identifier: Apache-2.0
"""Every sentence that a user reads exists in Vietnamese and English, and every key that is used exists."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

from dothi.foundation import messages

ROOT = Path(__file__).parents[2]


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def _rooms() -> set[str]:
    house = ROOT / "src" / "dothi"
    return {p.parent.name for p in house.glob("*/messages.json")} | {
        p.parents[1].name for p in house.glob("*/messages/*.json")
    }


def test_messages_stand_in_both_languages_when_defined() -> None:
    lame = [
        k
        for k, s in messages.catalogue().items()
        if set(s) != {"vi", "en"} or not all(v.strip() for v in s.values())
    ]

    assert lame == []


def test_messages_hold_the_same_values_in_both_languages_when_they_have_any() -> None:
    differing = [k for k, s in messages.catalogue().items() if _fields(s["vi"]) != _fields(s["en"])]

    assert differing == []


def test_message_keys_start_with_their_room_when_defined() -> None:
    rooms = _rooms()

    assert [k for k in messages.catalogue() if k.split(".")[0] not in rooms] == []


LOGGED = {"debug", "info", "warning", "error", "exception"}


def _said(path: Path) -> set[str]:
    """The texts in a Python file that have the shape of a key, without names of log events."""
    rooms = "|".join(sorted(_rooms()))
    tree = ast.parse(path.read_text("utf-8"))
    logged = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOGGED
        and node.args
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in logged
        and re.fullmatch(rf"({rooms})(\.[a-z0-9_]+)+\.?", node.value)
    }


def test_keys_in_code_exist_when_used() -> None:
    catalogue = messages.catalogue()
    files = [p for p in (ROOT / "src" / "dothi").rglob("*.py") if "migrations" not in p.parts]

    unknown = [
        f"{path.relative_to(ROOT)}: {key}"
        for path in files
        for key in sorted(_said(path))
        if key not in catalogue
        and key.replace(".", ".may.", 1) not in catalogue  # a permission: its sentence says that one may
        and not (key[-1] in "._" and any(k.startswith(key) for k in catalogue))
    ]

    assert unknown == []


def test_keys_in_scripts_exist_when_used() -> None:
    catalogue = messages.catalogue()
    files = sorted((ROOT / "frontend" / "src").rglob("*.ts"))

    unknown = [
        f"{path.name}: {key}"
        for path in files
        for key in re.findall(r"\bt\(\s*\"([a-z0-9_.]+)\"", path.read_text("utf-8"))
        if key not in catalogue
    ]

    assert unknown == []


def test_families_of_keys_exist_when_a_template_names_one() -> None:
    families = {key.rpartition(".")[0] for key in messages.catalogue()}

    unknown = [
        f"{path.relative_to(ROOT)}: {family}"
        for path in (ROOT / "src" / "dothi").rglob("*.html")
        for family in re.findall(r"{%\s*tk\s+\"([^\"]+)\"", path.read_text("utf-8"))
        if family not in families
    ]

    assert unknown == []


def test_vietnamese_sentences_bear_marks_when_they_are_long() -> None:
    bare = [k for k, s in messages.catalogue().items() if len(s["vi"].split()) >= 6 and s["vi"].isascii()]

    assert bare == []


def test_template_keys_exist_when_used() -> None:
    used = {
        key
        for path in (ROOT / "src" / "dothi").rglob("*.html")
        for key in re.findall(r"{%\s*t\s+\"([^\"]+)\"", path.read_text("utf-8"))
    }

    assert sorted(used - set(messages.catalogue())) == []


def test_templates_hold_no_literal_sentence_when_shown() -> None:
    literal = []
    for path in (ROOT / "src" / "dothi").rglob("*.html"):
        text = re.sub(
            r"{#.*?#}|{%\s*block body_class\s*%}.*?{%\s*endblock\s*%}|{%\s*comment.*?endcomment\s*%}|<script.*?</script>|<style.*?</style>|<svg.*?</svg>",
            "",
            path.read_text("utf-8"),
            flags=re.DOTALL,
        )
        text = re.sub(r"{%.*?%}|{{.*?}}|<!--.*?-->|<[^>]*>|&\w+;", " ", text, flags=re.DOTALL)
        words = [
            w
            for w in re.findall(r"[^\W\d_]{2,}", text)
            if w.lower() not in {"dothi", "đô", "thị", "vi", "en", "csv", "mqtt", "http", "api"}
        ]
        if words:
            literal.append(f"{path.relative_to(ROOT)}: {' '.join(words[:6])}")

    assert literal == []
