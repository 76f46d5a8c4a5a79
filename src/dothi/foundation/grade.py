# SPDX-License-Identifier: Apache-2.0
"""The grade of a figure: sufficient, trustworthy, timely; A to D with reasons; overall the worst (house decision 11).

Sufficient is đủ (ISO/IEC 25012 completeness), trustworthy đúng and sạch (accuracy, consistency, credibility), timely
sống (currentness). A grade is never an average: the weakest of the three decides, and each letter has its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dothi.foundation import messages

Letter = Literal["A", "B", "C", "D"]
Dimension = Literal["sufficient", "trustworthy", "timely"]
Value = str | float | int
DIMENSIONS: tuple[Dimension, ...] = ("sufficient", "trustworthy", "timely")


def worst(letters: Iterable[Letter]) -> Letter:
    """The lowest of some letters; ValueError when there is none."""
    return max(letters)


def span(language: str, seconds: float) -> str:
    """A duration in words, in the largest unit of which there are at least two: "3 giờ"."""
    for word, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return messages.text(language, f"foundation.span.{word}", n=round(seconds / size))
    return messages.text(language, "foundation.span.seconds", n=round(seconds))


def _told(language: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Values as sentences have them: `age` and `period` are seconds, and become words."""
    return {
        name: span(language, float(value)) if name in {"age", "period"} else value
        for name, value in values.items()
    }


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of a grade. `letter`: the best that this reason allows.

    `key`: of the sentence (`quality.reason.<word>`); what would raise the grade is the message `<key>.raise`, where
    there is one. `values` fill both.
    """

    dimension: Dimension
    letter: Letter
    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Why, in `language`."""
        return messages.text(language, self.key, **_told(language, self.values))

    def remedy(self, language: str) -> str | None:
        """What would raise the grade; None when nothing is to be done about this reason."""
        key = f"{self.key}.raise"
        return (
            messages.text(language, key, **_told(language, self.values))
            if key in messages.catalogue()
            else None
        )


@dataclass(frozen=True, slots=True)
class Grade:
    """Three letters with their reasons, as of `at`. `method`: the version of the rules that gave it.

    Reasons stand in the order of DIMENSIONS, the one that decides a dimension first.
    """

    sufficient: Letter
    trustworthy: Letter
    timely: Letter
    at: datetime
    method: str
    reasons: tuple[Reason, ...] = ()

    @property
    def overall(self) -> Letter:
        """The worst of the three."""
        return worst((self.sufficient, self.trustworthy, self.timely))

    def letter(self, dimension: Dimension) -> Letter:
        return {
            "sufficient": self.sufficient,
            "trustworthy": self.trustworthy,
            "timely": self.timely,
        }[dimension]

    def why(self, dimension: Dimension) -> tuple[Reason, ...]:
        """The reasons of one dimension, the one that decides first."""
        return tuple(reason for reason in self.reasons if reason.dimension == dimension)

    def raised_by(self, language: str) -> list[str]:
        """What would raise it: of the dimensions that hold the overall letter down, each remedy once."""
        if self.overall == "A":
            return []
        said = [r.remedy(language) for r in self.reasons if r.letter == self.overall]
        return list(dict.fromkeys(sentence for sentence in said if sentence))
