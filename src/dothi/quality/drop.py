# SPDX-License-Identifier: Apache-2.0
"""A grade that fell: what fell, how far, and why. A drop is itself something to be told (domain.md 6.5)."""

from __future__ import annotations

from dataclasses import dataclass

from dothi.foundation import messages
from dothi.foundation.grade import DIMENSIONS, Dimension, Grade, Letter, Reason


@dataclass(frozen=True, slots=True)
class Fall:
    """One dimension that fell."""

    dimension: Dimension
    before: Letter
    after: Letter


@dataclass(frozen=True, slots=True)
class Drop:
    """`falls`: in the order of DIMENSIONS. `reasons`: those that now decide a dimension that fell, new ones only where there are any."""

    before: Letter
    after: Letter
    falls: tuple[Fall, ...]
    reasons: tuple[Reason, ...]

    @property
    def overall(self) -> bool:
        """Whether the overall letter fell, and with it what may be done with the figure."""
        return self.after > self.before

    def sentence(self, language: str) -> str:
        """What fell and why, to be read by itself."""
        falls = ", ".join(
            messages.text(
                language,
                "quality.drop.fall",
                dimension=messages.text(language, f"quality.dimension.{fall.dimension}").lower(),
                before=fall.before,
                after=fall.after,
            )
            for fall in self.falls
        )
        key = "quality.drop.overall" if self.overall else "quality.drop.part"
        told = messages.text(language, key, before=self.before, after=self.after, falls=falls)
        return " ".join([told, *(reason.sentence(language) for reason in self.reasons)])


def drop(before: Grade | None, after: Grade | None) -> Drop | None:
    """What fell from one grade to a later one; None when nothing did, or one of them was not evaluated.

    Raises ValueError when `after` is older than `before`, or made by another method: such letters do not compare.
    """
    if before is None or after is None:
        return None
    if after.at < before.at:
        raise ValueError("The later grade is the older one")
    if after.method != before.method:
        raise ValueError("Grades of two methods do not compare")
    falls = tuple(
        Fall(dimension, before.letter(dimension), after.letter(dimension))
        for dimension in DIMENSIONS
        if after.letter(dimension) > before.letter(dimension)
    )
    if not falls:
        return None
    reasons = tuple(reason for fall in falls for reason in _deciding(before, after, fall))
    return Drop(before.overall, after.overall, falls, reasons)


def _deciding(before: Grade, after: Grade, fall: Fall) -> list[Reason]:
    decide = [reason for reason in after.why(fall.dimension) if reason.letter == fall.after]
    known = {(reason.key, reason.letter) for reason in before.why(fall.dimension)}
    new = [reason for reason in decide if (reason.key, reason.letter) not in known]
    return new or decide
