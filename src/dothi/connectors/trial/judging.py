# SPDX-License-Identifier: Apache-2.0
"""Series of a file, judged: a letter for every cell and a grade for every series.

In a file nobody knows the class of the source, whether the device signed, or what class its calibration has. A cell
is therefore graded by what the file itself proves: A when all tests pass and at least two stations of the file bear it out, B when all tests pass, C when one is suspect, D when one failed. In a
series that is mostly wrong, what passed by chance is no better than C.
"""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dothi.connectors.trial.series import FileSeries
from dothi.foundation.grade import Grade, Letter, Reason, worst
from dothi.quality import door as quality

MOST_NEIGHBOURS = 10
LEAST_ALIKE = 5
"""Columns of one unnamed quantity from which one may learn together what is usual."""
_WHOLES: dict[str, tuple[tuple[str, float], ...]] = {
    "pm25": (("pm10", 1.05), ("tsp", 1.0)),
    "pm10": (("tsp", 1.0),),
    "pm1": (("pm25", 1.05),),
    "vehicleCount": (("totalSpotNumber", 1.0),),
    "occupiedSpotNumber": (("totalSpotNumber", 1.0),),
    "availableSpotNumber": (("totalSpotNumber", 1.0),),
    "dewPoint": (("temperature", 1.0),),
}
"""Parts that cannot exceed a whole which the same station reports, with the tolerance (test Q9)."""


@dataclass(slots=True)
class JudgedCell:
    """One value of the file with its letter and what was found."""

    cell: str
    at: float | None
    value: float | None
    letter: Letter
    reasons: list[Reason]


@dataclass(slots=True)
class JudgedSeries:
    series: FileSeries
    grade: Grade | None
    cells: list[JudgedCell]
    failures: Counter[str]
    known: quality.Parameters | None
    period: float
    beside: int = 0

    def count(self, *letters: Letter) -> int:
        return sum(1 for cell in self.cells if cell.letter in letters)


def judge_all(all_series: Sequence[FileSeries], now: datetime) -> list[JudgedSeries]:
    """Every series by its own past, its stations near by and its own other quantities."""
    end = max((one.points[-1].at for one in all_series if one.points), default=now.timestamp())
    return [_judged(one, all_series, datetime.fromtimestamp(end, UTC)) for one in all_series]


def _parameters(
    one: FileSeries, others: Sequence[FileSeries], day: date
) -> tuple[quality.Parameters | None, bool]:
    """What is usual for it, else what the file itself says; False when its unit is none that the quantity can have."""
    capacity = [p.value for o, _ in _wholes(one, others) if o.term == "totalSpotNumber" for p in o.points]
    term = "occupiedSpotNumber" if capacity and one.term == "vehicleCount" else one.term
    limits = {"capacity": statistics.median(capacity)} if capacity else {}
    try:
        known = quality.parameters(term, one.unit_code, day, limits=limits)
    except ValueError:
        return None, False
    if known is not None:
        return known, True
    alike = [other for other in others if other.term == one.term and other.unit_code == one.unit_code]
    if not one.title and len(alike) >= LEAST_ALIKE:
        pooled = [point.value for other in alike for point in other.points]
        return quality.derived(one.term, one.unit_code, pooled, one.period, alike=True), True
    return quality.derived(one.term, one.unit_code, [point.value for point in one.points], one.period), True


def _judged(one: FileSeries, others: Sequence[FileSeries], end: datetime) -> JudgedSeries:
    known, unit_right = _parameters(one, others, end.date())
    times = [point.at for point in one.points]
    period = one.period
    near = [
        other
        for other in others
        if other is not one
        and other.term == one.term
        and other.unit_code == one.unit_code
        and other.station != one.station
    ]
    wholes = _wholes(one, others)
    values = [point.value for point in one.points]
    beside = [_aligned(other, times, period / 2) for other in near[:MOST_NEIGHBOURS]] if known else []
    verdicts = quality.judge_series(
        times,
        values,
        known,
        period=period,
        neighbours=beside,
        limits={f"Q9.{other.term}": (_aligned(other, times, period / 2), factor) for other, factor in wholes},
        now=None,
    )
    for verdict, point in zip(verdicts, one.points, strict=True):
        if point.remark:
            verdict.add("QS", quality.Flag.SUSPECT)
    # Columns that nobody named may be things that need not agree; they prove nothing to one another.
    confirmed = (
        quality.borne_out(times, values, known, beside) if known and one.title else [False] * len(times)
    )
    failures = Counter(code for verdict in verdicts for code in verdict.tests if code != "Q1")
    failures.update({"QI": len(one.refused)} if one.refused else {})
    cells = _cells(one, verdicts, confirmed, tested=known is not None, unit_right=unit_right)
    grade = _grade(one, verdicts, failures, near, period, end)
    return JudgedSeries(one, grade, cells, failures, known, period, beside=len(beside))


def _wholes(one: FileSeries, others: Sequence[FileSeries]) -> list[tuple[FileSeries, float]]:
    return [
        (other, factor)
        for term, factor in _WHOLES.get(one.term, ())
        for other in others
        if other.term == term and other.station == one.station and other.unit_code == one.unit_code
    ]


def _aligned(other: FileSeries, times: Sequence[float], within: float) -> list[float | None]:
    """Values of another series at these instants, or the nearest within half a period."""
    theirs = [point.at for point in other.points]
    found: list[float | None] = []
    for at in times:
        index = bisect_left(theirs, at - within)
        best: float | None = None
        distance = within + 1e-6
        while index < len(theirs) and theirs[index] <= at + within:
            if abs(theirs[index] - at) < distance:
                best, distance = other.points[index].value, abs(theirs[index] - at)
            index += 1
        found.append(best)
    return found


def _reasons(verdict: quality.Verdict) -> list[Reason]:
    letter: dict[quality.Flag, Letter] = {
        quality.Flag.SUSPECT: "C",
        quality.Flag.FAIL: "D",
        quality.Flag.MISSING: "D",
    }
    return [
        Reason("trustworthy", letter[flag], f"quality.cell.{code}", {})
        for code, flag in sorted(verdict.tests.items(), key=lambda one: -int(one[1]))
    ]


def _cells(
    one: FileSeries,
    verdicts: Sequence[quality.Verdict],
    confirmed: Sequence[bool],
    *,
    tested: bool,
    unit_right: bool,
) -> list[JudgedCell]:
    good = sum(1 for verdict in verdicts if not verdict.tests)
    mostly_wrong = len(verdicts) + len(one.refused) >= 8 and good < 0.5 * (len(verdicts) + len(one.refused))
    cells: list[JudgedCell] = []
    for point, verdict, sure in zip(one.points, verdicts, confirmed, strict=True):
        reasons = _reasons(verdict)
        if not unit_right:
            reasons.append(Reason("trustworthy", "D", "quality.cell.unit", {"unit": one.unit}))
        if not tested and unit_right:
            reasons.append(Reason("trustworthy", "C", "quality.cell.untested", {}))
        if mostly_wrong and not verdict.tests:
            reasons.append(Reason("trustworthy", "C", "quality.cell.mostly_wrong", {}))
        best: Letter = "A" if sure else "B"
        letter = worst([reason.letter for reason in reasons] or [best])
        cells.append(JudgedCell(point.cell, point.at, point.value, letter, reasons))
    for refusal in one.refused:
        why = Reason("trustworthy", "D", "quality.cell.refused", {"text": refusal.text, "why": refusal.why})
        cells.append(JudgedCell(refusal.cell, None, None, "D", [why]))
    return cells


def _grade(
    one: FileSeries,
    verdicts: Sequence[quality.Verdict],
    failures: Counter[str],
    near: Sequence[FileSeries],
    period: float,
    end: datetime,
) -> Grade | None:
    """The grade of the series as of the last instant of the file; what a file cannot show is left open, not counted against it."""
    if not one.points:
        return None
    usable = sum(1 for verdict in verdicts if verdict.usable)
    newest = max((p.at for p, v in zip(one.points, verdicts, strict=True) if v.usable), default=None)
    span = end.timestamp() - one.points[0].at
    expected = round(span / period) + 1 if period else len(one.points)
    counts = quality.Counts(
        expected=max(expected, len({point.at for point in one.points})),
        usable=usable,
        judged=len(verdicts) + len(one.refused),
        passed=sum(1 for verdict in verdicts if verdict.flag is quality.Flag.GOOD),
        failures=tuple(failures.items()),
        newest=None if newest is None else datetime.fromtimestamp(newest, UTC),
    )
    context = quality.Context(
        period=period or 86_400.0,
        source_class="managed",
        signed=True,
        neighbours=max(1, len(near)),
        name=one.name,
    )
    return quality.grade_series(counts, context, end)
