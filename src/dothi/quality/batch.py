# SPDX-License-Identifier: Apache-2.0
"""A whole series at once, by all tests: for files, imports and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dothi.quality import looking
from dothi.quality.flag import Flag, Verdict
from dothi.quality.inline import Reading, Series
from dothi.quality.looking import Flags, Values
from dothi.quality.parameters import Parameters, for_period


def judge_series(
    times: Sequence[float],
    values: Sequence[float | None],
    known: Parameters | None,
    *,
    period: float = 0.0,
    neighbours: Sequence[Sequence[float | None]] = (),
    limits: Mapping[str, tuple[Sequence[float | None], float]] | None = None,
    now: float | None = None,
) -> list[Verdict]:
    """A verdict for each reading of one series.

    `times`: seconds since 1970, in the order of the file. `neighbours`: values of stations near by at the same times.
    `limits`: code ("Q9.tsp") to (values at the same times, tolerance) that these may not exceed. `now`: instant that no
    reading may lie behind; None: not judged. Raises ValueError when lengths differ.
    """
    if any(len(one) != len(times) for one in (values, *neighbours)):
        raise ValueError("Series and neighbours differ in length")
    known = for_period(known, period) if known is not None else None
    series = Series(known, period=period)
    verdicts = [_step(series, at, value, now) for at, value in zip(times, values, strict=True)]
    if known is None or not len(times):
        return verdicts
    at, held = np.asarray(times, dtype=float), _array(values)
    held = np.where([v.tests.get("Q3") is Flag.FAIL for v in verdicts], np.nan, held)
    step = period or known.period
    _put(verdicts, "Q5", looking.spikes(at, held, known, step))
    if neighbours:
        q8, q11 = looking.neighbours(at, held, np.array([_array(one) for one in neighbours]), known)
        _put(verdicts, "Q8", q8)
        _put(verdicts, "Q11", q11)
    for code, (bound, tolerance) in (limits or {}).items():
        _put(verdicts, code, looking.exceeds(_array(values), _array(bound), factor=tolerance))
    _put(verdicts, "Q10", looking.smooth(at, held, known, step))
    _put(verdicts, "Q10", looking.attenuated(at, held, known))
    _put(verdicts, "Q6.copy", looking.repeated(held, step))
    if known.noisy:
        _put(verdicts, "Q7.unit", looking.unit_errors(held))
    _taint(verdicts, held, known)
    return verdicts


def borne_out(
    times: Sequence[float],
    values: Sequence[float | None],
    known: Parameters,
    neighbours: Sequence[Sequence[float | None]],
) -> list[bool]:
    """Which readings at least two neighbours bear out; shapes as in `judge_series`."""
    if not neighbours or not len(times):
        return [False] * len(times)
    others = np.array([_array(one) for one in neighbours])
    return [
        bool(one) for one in looking.agrees(np.asarray(times, dtype=float), _array(values), others, known)
    ]


def _step(series: Series, at: float, value: float | None, now: float | None) -> Verdict:
    verdict = series.step(Reading(value, at))
    if now is not None and at > now + 120 and value is not None:
        verdict.add("Q2", Flag.FAIL)
    return verdict


def _array(values: Sequence[float | None]) -> Values:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _put(verdicts: list[Verdict], code: str, flags: Flags) -> None:
    for index in np.flatnonzero(flags):
        if verdicts[index].flag is not Flag.MISSING:
            verdicts[index].add(code, Flag(int(flags[index])))


def _taint(verdicts: list[Verdict], values: Values, known: Parameters) -> None:
    """A flat line began before it was found: whoever looks at the whole file knows it from its first reading."""
    if known.flat is None:
        return
    range_ = known.flat[0]
    for index in range(len(verdicts) - 1, 0, -1):
        flag = verdicts[index].tests.get("Q6")
        before = verdicts[index - 1]
        if flag is None or "Q6" in before.tests or before.flag is Flag.MISSING:
            continue
        if abs(values[index] - values[index - 1]) < range_:
            before.add("Q6", Flag.SUSPECT)
