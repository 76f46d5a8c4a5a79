# SPDX-License-Identifier: Apache-2.0
"""Which things lie near one: by cells of the map, so that ten thousand lamps are not each compared with all the others."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

CELL = 0.06
"""Degrees: more than the distance within which stations are compared, in any latitude of Vietnam."""
Thing = dict[str, Any]


class Around:
    """Things in the shape of screens, each with the group in which it is compared (its tenant)."""

    def __init__(self, things: Iterable[tuple[str, Thing]]) -> None:
        self._cells: dict[tuple[Any, ...], list[Thing]] = defaultdict(list)
        for group, thing in things:
            if (cell := _cell(thing)) is not None:
                self._cells[group, thing.get("type"), *cell].append(thing)

    def of(self, group: str, thing: Thing) -> list[Thing]:
        """Those of its type in its cell and the eight about it, itself included; none when it has no place."""
        cell = _cell(thing)
        if cell is None:
            return []
        return [
            one
            for across in (-1, 0, 1)
            for up in (-1, 0, 1)
            for one in self._cells.get((group, thing.get("type"), cell[0] + across, cell[1] + up), ())
        ]


def _cell(thing: Thing) -> tuple[int, int] | None:
    if thing.get("lon") is None or thing.get("lat") is None:
        return None
    return math.floor(thing["lon"] / CELL), math.floor(thing["lat"] / CELL)
