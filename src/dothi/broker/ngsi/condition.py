# SPDX-License-Identifier: Apache-2.0
"""A piece of SQL about one row of the entity table, with its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class Condition(msgspec.Struct, frozen=True):
    """`text` speaks of the columns `attrs`, `scopes`, `types`, `created_at`, `modified_at`; values are `%s`."""

    text: str
    params: tuple[Any, ...] = ()


def every(parts: Sequence[Condition]) -> Condition:
    return _join(parts, " AND ", "TRUE")


def some(parts: Sequence[Condition]) -> Condition:
    return _join(parts, " OR ", "FALSE")


def negated(part: Condition) -> Condition:
    return Condition(f"NOT {part.text}", part.params)


def _join(parts: Sequence[Condition], word: str, empty: str) -> Condition:
    if not parts:
        return Condition(empty)
    if len(parts) == 1:
        return parts[0]
    sql = "(" + word.join(part.text for part in parts) + ")"
    return Condition(sql, tuple(p for part in parts for p in part.params))
