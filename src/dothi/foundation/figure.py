# SPDX-License-Identifier: Apache-2.0
"""A number as it leaves a room: with unit, time, source and grade. A bare number is a type error (style.md 16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dothi.foundation.grade import Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value with all that one needs to act on it or not.

    `unit`: UN/CEFACT code, empty for a count. `observed_at`: when the world was so; `recorded_at`: when we learnt it;
    both aware. `source`: the slug of the source, `entity` and `attribute` say of what. `grade` None: not evaluated.
    `simulated`: of a made-up city.
    """

    value: float | None
    unit: str
    observed_at: datetime | None
    source: str
    grade: Grade | None
    recorded_at: datetime | None = None
    entity: str = ""
    attribute: str = ""
    responsible: str = ""
    phone: str = ""
    simulated: bool = False

    def __float__(self) -> float:
        raise TypeError("A figure is not a bare number; take .value with its grade")
