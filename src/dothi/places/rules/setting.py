# SPDX-License-Identifier: Apache-2.0
"""Differences of a locality as data: which value counts in a unit on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from dothi.places.rules.tree import is_valid_at


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a key in a unit, or with unit None everywhere. `source`: the law or decision it comes from."""

    unit: str | None
    key: str
    value: Any
    measure: str = ""
    valid_from: date
    valid_to: date | None = None
    source: str = ""
    proven: bool = False


def resolve(rows: Iterable[Setting], chain: Sequence[str], key: str, day: date) -> Setting | None:
    """The value nearest to the unit (the last of `chain`) that counts on a day; the newest when several do."""
    nearness: dict[str | None, int] = {unit: n for n, unit in enumerate(chain)}
    nearness[None] = -1
    counting = [
        row
        for row in rows
        if row.key == key and row.unit in nearness and is_valid_at(row.valid_from, row.valid_to, day)
    ]
    return max(counting, key=lambda row: (nearness[row.unit], row.valid_from), default=None)
