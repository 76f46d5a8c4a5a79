# SPDX-License-Identifier: Apache-2.0
"""Grades of what is made of many: a ward of its stations, a day of its hours, a city of its wards (domain.md 6.4, 6.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dothi.foundation.grade import Grade, Letter, Reason
from dothi.quality.context import Context
from dothi.quality.grading import composed, timely

CHILD = 0.75
"""A child with less than this of its own samples counts as missing in its parent (US EPA, 75 % rule)."""
COVER = 0.9
"""Share of the weight that the age and the trust of a roll-up must cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One part: its name, weight (population, area, or 1), grade (None: not evaluated) and newest reading."""

    name: str
    weight: float
    grade: Grade | None
    newest: datetime | None = None


def complete(usable: int, expected: int) -> bool:
    """Whether an hour has enough of its samples, a day of its hours, a quarter of its days."""
    return expected > 0 and usable / expected >= CHILD


def grade_rollup(children: Sequence[Child], context: Context, at: datetime) -> Grade | None:
    """The grade of a figure made of children; None when there are none with a weight.

    Sufficient: share of the weight whose child is graded B or better. Trustworthy: the letter that nine tenths of the
    weight reach, so that a few bad stations do not condemn a city, and never hide. Timely: the age that covers nine tenths.
    """
    weighed = [child for child in children if child.weight > 0]
    if not weighed:
        return None
    whole = sum(child.weight for child in weighed)
    reasons = [_covered(weighed, whole), *_trusted(weighed, whole)]
    return composed([*reasons, *timely(_newest(weighed, whole), context, at)], at)


def _covered(children: Sequence[Child], whole: float) -> Reason:
    good = [child for child in children if child.grade is not None and child.grade.overall <= "B"]
    share = sum(child.weight for child in good) / whole
    letter: Letter = "A" if share >= 0.9 else "B" if share >= 0.75 else "C" if share >= 0.5 else "D"
    without = ", ".join(child.name for child in children if child not in good)
    values: dict[str, str | float | int] = {
        "share": share,
        "count": len(good),
        "all": len(children),
        "names": _short(without),
    }
    return Reason(
        "sufficient", letter, f"quality.reason.{'covers' if not without else 'covers_part'}", values
    )


def _trusted(children: Sequence[Child], whole: float) -> list[Reason]:
    graded = sorted(
        (c for c in children if c.grade is not None), key=lambda c: c.grade.trustworthy if c.grade else "D"
    )
    reached, letter = 0.0, "D"
    for child in graded:
        assert child.grade is not None
        reached += child.weight
        letter = child.grade.trustworthy
        if reached >= COVER * whole:
            break
    else:
        letter = "D"
    weak = [child.name for child in children if child.grade is None or child.grade.trustworthy > "B"]
    found: Letter = "A" if letter == "A" else "B" if letter == "B" else "C" if letter == "C" else "D"
    word = "parts_trusted" if not weak else "parts_weak"
    return [
        Reason(
            "trustworthy",
            found,
            f"quality.reason.{word}",
            {"names": _short(", ".join(weak)), "count": len(weak)},
        )
    ]


def _newest(children: Sequence[Child], whole: float) -> datetime | None:
    """The instant that nine tenths of the weight have reached."""
    reached = 0.0
    for child in sorted(children, key=lambda c: c.newest.timestamp() if c.newest else 0.0, reverse=True):
        if child.newest is None:
            return None
        reached += child.weight
        if reached >= COVER * whole:
            return child.newest
    return None


def _short(names: str) -> str:
    return names if len(names) <= 120 else names[:117].rsplit(",", 1)[0] + ", …"
