# SPDX-License-Identifier: Apache-2.0
"""Every sentence a user reads, by key, in Vietnamese and English.

Each room keeps its sentences in `messages.json` beside its name plate, or one file a noun in the folder `messages`:
{"key": {"vi": "...", "en": "..."}}.
Keys start with the room's name ("sources.add.title"). Values may hold {placeholders}.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

LANGUAGES = ("vi", "en")


@functools.cache
def catalogue() -> dict[str, dict[str, str]]:
    """All messages of all rooms; ValueError when two rooms use one key."""
    found: dict[str, dict[str, str]] = {}
    rooms = Path(__file__).parents[1]
    for path in sorted([*rooms.glob("*/messages.json"), *rooms.glob("*/messages/*.json")]):
        for key, sentences in json.loads(path.read_text("utf-8")).items():
            if key in found:
                raise ValueError(f"Message {key} stands twice")
            found[key] = sentences
    return found


def text(language: str, key: str, **values: Any) -> str:
    """The sentence of `key` in `language`; KeyError when the key does not exist: a missing string is a bug."""
    sentences = catalogue()[key]
    sentence = sentences.get(language) or sentences["vi"]
    return sentence.format(**values) if values else sentence


def best_language(accept: str | None, default: str = "vi") -> str:
    """`vi` or `en` from an Accept-Language header (RFC 9110 12.5.4); the default when neither is wanted."""
    wanted: list[tuple[float, str]] = []
    for part in (accept or "").split(","):
        name, _, weight = part.strip().partition(";q=")
        code = name.strip().lower()[:2]
        try:
            rank = float(weight or 1)
        except ValueError:
            continue
        if code in LANGUAGES and rank > 0:
            wanted.append((-rank, code))
    return min(wanted, default=(0.0, default), key=lambda w: w[0])[1]
