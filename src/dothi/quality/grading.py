# SPDX-License-Identifier: Apache-2.0
"""Grades of a series of readings: weakest link, every letter with its reason (domain.md 6.4 and 6.5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from dothi.foundation import clock
from dothi.foundation.grade import Grade, Letter, Reason, worst
from dothi.quality.context import Context, Counts

METHOD = "dothi-1"
Z = 1.6448536269514722
"""One-sided 95 % (E. B. Wilson, Probable inference, JASA 22, 1927)."""
ENOUGH = 16
"""A window that expects fewer readings is not judged by Wilson's bound."""
_SUFFICIENT: tuple[tuple[float, Letter], ...] = ((0.90, "A"), (0.75, "B"), (0.50, "C"))
_TRUSTED: tuple[tuple[float, Letter], ...] = ((0.85, "A"), (0.70, "B"), (0.50, "C"))


def wilson(passed: int, judged: int) -> float:
    """Lower bound, one-sided 95 %, of the share of readings that pass; 0 without readings.

    Raises ValueError when more passed than were judged.
    """
    if not 0 <= passed <= judged:
        raise ValueError("More passed than were judged")
    if judged == 0:
        return 0.0
    share, z2 = passed / judged, Z * Z
    middle = share + z2 / (2 * judged)
    stray = Z * math.sqrt(share * (1 - share) / judged + z2 / (4 * judged * judged))
    return (middle - stray) / (1 + z2 / judged)


def _letter(value: float, bounds: Sequence[tuple[float, Letter]]) -> Letter:
    return next((letter for least, letter in bounds if value >= least - 1e-12), "D")


def grade_series(counts: Counts, context: Context, at: datetime) -> Grade | None:
    """The grade of a series as of `at`; None when nothing was ever tested. Raises ValueError for a naive time."""
    clock.iso(at)
    if counts.judged == 0 and counts.expected == 0:
        return None
    reasons = [*sufficient(counts), *trustworthy(counts, context, at), *timely(counts.newest, context, at)]
    return composed(reasons, at)


def composed(reasons: Sequence[Reason], at: datetime) -> Grade:
    """A grade out of reasons: each dimension is the worst of its own, the deciding one first."""
    by = {
        dimension: sorted(
            (r for r in reasons if r.dimension == dimension), key=lambda r: r.letter, reverse=True
        )
        for dimension in ("sufficient", "trustworthy", "timely")
    }
    letters = {dimension: worst([r.letter for r in of] or ["D"]) for dimension, of in by.items()}
    return Grade(
        letters["sufficient"],
        letters["trustworthy"],
        letters["timely"],
        at,
        METHOD,
        tuple(reason for of in by.values() for reason in of),
    )


def sufficient(counts: Counts) -> list[Reason]:
    """đủ: usable against expected."""
    share = min(1.0, counts.usable / counts.expected) if counts.expected else float(counts.usable > 0)
    values = {"usable": counts.usable, "expected": max(counts.expected, counts.usable), "share": share}
    letter = _letter(share, _SUFFICIENT)
    key = "quality.reason.complete" if letter == "A" else "quality.reason.incomplete"
    return [Reason("sufficient", letter, key, values)]


def trustworthy(counts: Counts, context: Context, at: datetime) -> list[Reason]:
    """đúng, sạch: readings that pass all tests, then caps, each with its reason."""
    return [*_passing(counts), *caps(context, at)]


def _passing(counts: Counts) -> list[Reason]:
    wrong = counts.judged - counts.passed
    values: dict[str, str | float | int] = {"passed": counts.passed, "judged": counts.judged, "wrong": wrong}
    if counts.judged == 0:
        return [Reason("trustworthy", "D", "quality.reason.none")]
    bound = wilson(counts.passed, counts.judged)
    found = []
    if counts.expected >= ENOUGH or counts.judged >= ENOUGH:
        letter = _letter(bound, _TRUSTED)
        key = "passing" if not wrong else "failing"
        few = letter != "A" and not wrong
        found.append(Reason("trustworthy", letter, f"quality.reason.{'few' if few else key}", values))
    else:
        share = counts.passed / counts.judged
        found.append(
            Reason("trustworthy", worst([_letter(share, _TRUSTED), "B"]), "quality.reason.window", values)
        )
    found += [
        Reason(
            "trustworthy", found[0].letter, f"quality.reason.test.{code.partition('.')[0]}", {"count": count}
        )
        for code, count in sorted(counts.failures, key=lambda one: -one[1])[:3]
        if count
    ]
    return found


def caps(context: Context, at: datetime) -> list[Reason]:
    """What holds trust down whatever the readings say."""
    named: dict[str, str | float | int] = {"name": context.name}
    found: list[Reason] = []

    def cap(letter: Literal["B", "C", "D"], word: str, **values: str) -> None:
        found.append(Reason("trustworthy", letter, f"quality.reason.{word}", named | values))

    if context.source_class in {"low_cost", "third_party"}:
        cap("B", context.source_class)
    elif context.source_class in {"anonymous", "unknown"}:
        cap("C" if context.source_class == "anonymous" else "B", context.source_class)
    if not context.signed:
        cap("B", "unsigned")
    if context.neighbours < 1:
        cap("B", "alone")
    if (
        context.calibrated_until is not None
        and at.astimezone(clock.VIETNAM).date() > context.calibrated_until
    ):
        cap("C", "uncalibrated", day=f"{context.calibrated_until:%d/%m/%Y}")
    if context.maintenance:
        cap("C", "maintenance")
    if context.overridden and not context.seconded:
        cap("C", "overridden")
    if not context.validated:
        cap("C", "unvalidated")
    if context.conflict:
        cap("D", "conflict", other=context.conflict)
    return found


def timely(newest: datetime | None, context: Context, at: datetime) -> list[Reason]:
    """sống: age of the newest usable reading against the declared period."""
    if newest is None:
        return [Reason("timely", "D", "quality.reason.never", {"name": context.name})]
    age = max(0.0, (at - newest).total_seconds())
    letter: Letter = "D"
    if age <= 1.5 * context.period:
        letter = "A"
    elif age <= 2.5 * context.period:
        letter = "B"
    elif age <= context.stands:
        letter = "C"
    values: dict[str, str | float | int] = {"age": age, "period": context.period, "name": context.name}
    return [Reason("timely", letter, f"quality.reason.{'fresh' if letter == 'A' else 'late'}", values)]
