# SPDX-License-Identifier: Apache-2.0
"""What rooms tell privacy about themselves: what they keep of a person, and what has had its time.

Rooms of the same floor and above may not be known here, and those below do not know this room: city hall brings them
together. Order counts: the room that knows who an account is forgets it last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Erased:
    """What came of erasing in one room: how many rows lost what they said of the person, and why the rest stays."""

    count: int = 0
    kept: int = 0
    because: str = ""
    """A message key."""


@dataclass(frozen=True)
class Keeper:
    """One kind of thing that a room keeps about an account. `what`, `basis`: message keys."""

    name: str
    what: str
    basis: str
    export: Callable[[str], Any]
    erase: Callable[[str, datetime], Erased]


@dataclass(frozen=True)
class Sweep:
    """What has had its time in one room. `held`: accounts whose rows must stay.

    `count(before, held)`: how many there are; `step(before, held, most)`: throw away up to `most`, in the caller's
    transaction; how many that were. Less than `most` means that none is left.
    """

    key: str
    what: str
    count: Callable[[datetime, frozenset[str]], int]
    step: Callable[[datetime, frozenset[str], int], int]


@dataclass
class _Known:
    keepers: dict[str, Keeper] = field(default_factory=dict)
    sweeps: dict[str, Sweep] = field(default_factory=dict)


_known = _Known()


def register(keeper: Keeper) -> None:
    """Called once a process and name; again with the same name takes the place of the former."""
    _known.keepers[keeper.name] = keeper


def register_sweep(sweep: Sweep) -> None:
    _known.sweeps[sweep.key] = sweep


def keepers() -> list[Keeper]:
    return list(_known.keepers.values())


def sweeps() -> dict[str, Sweep]:
    return dict(_known.sweeps)
