# SPDX-License-Identifier: Apache-2.0
"""Tests that look back or sideways, over whole series: Q5, Q8, Q9, Q10, Q11 and what the own past betrays.

Arrays are aligned by time: one row of values per series, NaN where there is none. Each function answers with arrays
of flags (0: nothing found), so that the caller may add them to its verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dothi.quality.flag import Flag
from dothi.quality.parameters import Parameters

Values = NDArray[np.float64]
Flags = NDArray[np.int8]

LEAST_NEIGHBOURS = 3
DAY = 86400.0
SMOOTH_TURNS = 0.12
"""Share of turning points under which a noisy quantity is implausibly smooth; independent noise has 2/3 (Bienayme 1874)."""
SMOOTH_BEND = 0.4
"""Usual change of the step against the usual step: a sine of a day read hourly has 0.26, independent noise 1.7."""
SMOOTH_COUNT = 48
REPEAT_SHARE = 0.9
S, F = int(Flag.SUSPECT), int(Flag.FAIL)


def nothing(count: int) -> Flags:
    return np.zeros(count, dtype=np.int8)


def spikes(times: Values, values: Values, known: Parameters, period: float) -> Flags:
    """Q5: a reading far from the mean of its two neighbours in time, and the direction turns at it (ioos_qc average)."""
    found = nothing(len(values))
    if known.spike is None or len(values) < 3:
        return found
    before, here, after = values[:-2], values[1:-1], values[2:]
    near = (times[2:] - times[:-2]) <= 5 * max(period, 1.0)
    off = np.abs(here - (before + after) / 2)
    turns = (here - before) * (after - here) < 0
    with np.errstate(invalid="ignore"):
        hit = near & turns
        found[1:-1] = np.where(hit & (off > known.spike[1]), F, np.where(hit & (off > known.spike[0]), S, 0))
    return found


def neighbours(
    times: Values, values: Values, others: Values, known: Parameters, *, relative: float = 0.2
) -> tuple[Flags, Flags]:
    """(Q8, Q11) against `others`, one row a neighbour.

    Q8: robust z of the difference to the neighbours' median, beyond the difference that is usual between them, with at
    least 3 neighbours; > 3.5 suspect, > 6 fail. With 1 or 2 only suspect, and only when it is twice as far.
    Q11: the median of a week against that of the weeks before; beyond 1.5 scales suspect, 3 scales fail.
    """
    count = len(values)
    if others.size == 0 or known.scale is None or count == 0:
        return nothing(count), nothing(count)
    z, there, difference = _distance(times, values, others, known.scale, relative)
    with np.errstate(invalid="ignore"):
        many = there >= LEAST_NEIGHBOURS
        some = (there >= 1) & ~many
        found = np.where(many & (z > 6), F, np.where((many & (z > 3.5)) | (some & (z > 7)), S, 0))
    return found.astype(np.int8), _drift(times, difference, known.scale)


def agrees(
    times: Values, values: Values, others: Values, known: Parameters, *, relative: float = 0.2
) -> NDArray[np.bool_]:
    """Which readings at least two neighbours bear out: within two of the spreads by which they usually differ."""
    count = len(values)
    if others.size == 0 or known.scale is None or count == 0:
        return np.zeros(count, dtype=bool)
    z, there, _ = _distance(times, values, others, known.scale, relative)
    with np.errstate(invalid="ignore"):
        return np.asarray((there >= 2) & (z <= 2))


def _distance(
    times: Values, values: Values, others: Values, scale: float, relative: float
) -> tuple[Values, NDArray[np.int64], Values]:
    """(robust z beyond the usual difference, neighbours that spoke, difference to their median)."""
    there = np.sum(~np.isnan(others), axis=0)
    median = _nanmedian(others)
    difference = values - median
    usual, spread = _usual(times, difference)
    spread = np.maximum.reduce([spread, np.full(len(values), scale), relative * np.abs(median)])
    return np.abs(difference - usual) / spread, there, difference


def _nanmedian(rows: Values) -> Values:
    """Median of columns; NaN where there is nothing, without a warning."""
    found = np.full(rows.shape[1], np.nan)
    filled = ~np.all(np.isnan(rows), axis=0)
    if filled.any():
        found[filled] = np.nanmedian(rows[:, filled], axis=0)
    return found


def _blocks(times: Values, seconds: float) -> list[tuple[int, int]]:
    """Runs of readings that lie in the same stretch of `seconds`, as (first, behind the last)."""
    if not len(times):
        return []
    number = np.floor(times / seconds)
    edges = np.flatnonzero(np.diff(number)) + 1
    bounds = [0, *edges.tolist(), len(times)]
    return list(pairwise(bounds))


def _robust(values: Values) -> tuple[float, float]:
    kept = values[~np.isnan(values)]
    if not len(kept):
        return float("nan"), float("nan")
    middle = float(np.median(kept))
    return middle, 1.4826 * float(np.median(np.abs(kept - middle)))


def _usual(times: Values, difference: Values) -> tuple[Values, Values]:
    """What the difference usually is and how far it usually strays: of the 14 days before, else of all readings."""
    usual, spread = np.zeros(len(times)), np.zeros(len(times))
    whole = _robust(difference)
    for first, end in _blocks(times, DAY):
        start = int(np.searchsorted(times, times[first] - 14 * DAY))
        past = difference[start:first]
        middle, stray = _robust(past) if np.sum(~np.isnan(past)) >= 48 else whole
        usual[first:end], spread[first:end] = np.nan_to_num(middle), np.nan_to_num(stray)
    return usual, spread


def _drift(times: Values, difference: Values, scale: float) -> Flags:
    found = nothing(len(times))
    weeks = _blocks(times, 7 * DAY)
    medians: list[float] = []
    before = 0.0
    for first, end in weeks:
        middle, _ = _robust(difference[first:end])
        known = [one for one in medians[-8:] if not np.isnan(one)]
        if len(known) >= 3 and not np.isnan(middle):
            base = float(np.median(known))
            stray = 3 * 1.4826 * float(np.median(np.abs(np.array(known) - base)))
            off, before = middle - base, (middle - base if before == 0.0 else before)
            lasting = before if off * before > 0 else 0.0
            least = min(abs(off), abs(lasting))
            if least > max(3 * scale, 2 * stray):
                found[first:end] = F
            elif least > max(1.5 * scale, stray):
                found[first:end] = S
            before = off
        medians.append(middle)
    return found


def exceeds(
    values: Values, limit: Values, *, factor: float = 1.0, addend: float = 0.0, suspect: float = 1.15
) -> Flags:
    """Q9: a part that is larger than the whole it belongs to: fail beyond `suspect` times the limit, else suspect.

    PM2.5 <= PM10 <= TSP, dew point <= temperature, occupied <= capacity (`suspect` 1: no tolerance).
    """
    with np.errstate(invalid="ignore"):
        top = limit * factor + addend
        over = values > top
        far = values > top * suspect + addend
    return np.where(over & far, F, np.where(over, S, 0)).astype(np.int8)


def smooth(times: Values, values: Values, known: Parameters, period: float) -> Flags:
    """Q10: a noisy quantity that runs too smoothly to have been measured: interpolated, simulated or smoothed.

    Counts turning points in stretches of 48 readings that change, and how much the step itself changes.
    """
    found = nothing(len(values))
    if not known.noisy:
        return found
    index = np.flatnonzero(~np.isnan(values))
    for start in range(0, len(index) - SMOOTH_COUNT + 1, SMOOTH_COUNT):
        part = index[start : start + SMOOTH_COUNT]
        if times[part[-1]] - times[part[0]] > 2 * SMOOTH_COUNT * max(period, 1.0):
            continue
        steps = np.diff(values[part])
        steps = steps[steps != 0]
        if len(steps) < 24:
            continue
        turns = float(np.mean(steps[1:] * steps[:-1] < 0))
        bend = float(np.median(np.abs(np.diff(steps)))) / float(np.median(np.abs(steps)))
        if turns < SMOOTH_TURNS and bend < SMOOTH_BEND:
            found[part[0] : part[-1] + 1] = S
    return found


def attenuated(times: Values, values: Values, known: Parameters) -> Flags:
    """Q10: in 12 hours it strays less than a tenth of what is usual in the 30 days before (QARTOD attenuated signal).

    Straying is the standard deviation against the mean: clean air moves less than foul air, and is no fault.
    """
    found = nothing(len(values))
    if not known.noisy:
        return found
    past: list[tuple[float, float]] = []
    for first, end in _blocks(times, DAY / 2):
        part = values[first:end]
        part = part[~np.isnan(part)]
        # Near nothing the steps of the instrument are all there is.
        if len(part) < 8 or (known.scale is not None and abs(float(np.mean(part))) < known.scale):
            continue
        stray = float(np.std(part)) / max(abs(float(np.mean(part))), 1e-9)
        usual = [s for at, s in past if at > times[first] - 30 * DAY]
        if len(usual) >= 20 and stray < 0.1 * float(np.median(usual)):
            found[first:end] = S
        past.append((float(times[first]), stray))
    return found


def repeated(values: Values, period: float) -> Flags:
    """A day that copies the day before, reading by reading: nobody measures that (own test, "Q6.copy")."""
    found = nothing(len(values))
    day = round(DAY / period) if period else 0
    if not 12 <= day <= 1440 or len(values) < 2 * day:
        return found
    for start in range(day, len(values) - day + 1, day):
        here, before = values[start : start + day], values[start - day : start]
        both = ~np.isnan(here) & ~np.isnan(before) & (here != 0)
        if both.sum() < 0.75 * day or len(np.unique(here[both])) < 5:
            continue
        if float(np.mean(here[both] == before[both])) >= REPEAT_SHARE:
            found[start : start + day] = F
    return found


def unit_errors(values: Values, *, factors: Sequence[float] = (10, 100, 1000, 0.01, 0.001)) -> Flags:
    """Readings that are a power of ten away from all the others of the series: a slip of the unit or of the point ("Q7.unit").

    Only beyond three times the range in which 98 of 100 readings lie, and near one of `factors` of their median.
    """
    found = nothing(len(values))
    kept = values[~np.isnan(values) & (values > 0)]
    if len(kept) < 30:
        return found
    low, high = (float(one) for one in np.percentile(kept, [1, 99]))
    for factor in factors:
        with np.errstate(invalid="ignore"):
            beyond = values > 3 * high if factor > 1 else (values > 0) & (values < low / 3)
            ratio = values / factor
            found[beyond & (ratio >= low) & (ratio <= high) & (abs(np.log10(factor)) >= 1)] = S
    return found
