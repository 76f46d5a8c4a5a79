# SPDX-License-Identifier: Apache-2.0
"""What is known of a source besides its readings: it caps how far its figures can be trusted (domain.md 6.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

SourceClass = Literal["statutory", "managed", "low_cost", "third_party", "anonymous", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`period`: declared seconds between readings; `valid_for`: seconds a reading may stand, by default 4 periods.

    `neighbours`: independent stations or sources that say the same quantity. `conflict`: name of the official source
    that says otherwise. `overridden`: set by hand; `seconded`: a second person confirmed that.
    `name`: of the station, as remedies name it.
    """

    period: float
    valid_for: float = 0.0
    source_class: SourceClass = "unknown"
    signed: bool = False
    neighbours: int = 0
    calibrated_until: date | None = None
    maintenance: bool = False
    overridden: bool = False
    seconded: bool = False
    validated: bool = True
    conflict: str = ""
    name: str = ""

    @property
    def stands(self) -> float:
        """Seconds after which a reading says nothing of now."""
        return self.valid_for or 4 * self.period


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a decision window has seen.

    `expected`: readings that the declared period promises; `usable`: flag 1 or 3, interpolated and synthetic ones never;
    `judged`: those that came with a value; `passed`: of these, all tests good. `failures`: code of a test to its count.
    `newest`: when the newest usable reading was observed.
    """

    expected: int
    usable: int
    judged: int
    passed: int
    failures: tuple[tuple[str, int], ...] = ()
    newest: datetime | None = None
