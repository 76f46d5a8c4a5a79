# SPDX-License-Identifier: Apache-2.0
"""Parameters of the tests: dated data per attribute, which a locality overrides field by field (domain.md 6.3)."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from itertools import pairwise
from typing import Any

DERIVED_FROM = 30
"""Values from which one may learn what is usual for an unknown quantity."""

Bound = float | tuple[str, float, float] | None
"""A number, or (limit, factor, addend) of a limit that only the caller knows, or no bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What the tests of one attribute go by, in the unit of the readings.

    `rate`: per minute, suspect and fail. `spike`: suspect and fail. `flat`: range, seconds to suspect and to fail, and
    when it counts ("any", "above:X", "below:X"). `scale`: least spread between neighbours. `period`: usual seconds
    between readings. `noisy`: real readings never run smooth. `sum`: readings add up over their period, so spans
    grow with it. `counter`: never falls.
    """

    term: str
    unit: str = ""
    period: float = 0.0
    fail: tuple[float | None, float | None] = (None, None)
    suspect: tuple[float | None, float | None] = (None, None)
    rate: tuple[float, float] | None = None
    spike: tuple[float, float] | None = None
    flat: tuple[float, float, float, str] | None = None
    scale: float | None = None
    noisy: bool = False
    sum: bool = False
    counter: bool = False
    falls: bool = False
    pmax: float | None = None
    version: str = ""


@functools.cache
def _table() -> dict[str, Any]:
    return dict(json.loads(files("dothi.quality").joinpath("parameters.json").read_text("utf-8")))


def version() -> str:
    """The version of the table, which goes with every verdict."""
    return str(_table()["version"])


@functools.cache
def _factors() -> dict[tuple[str, str], float]:
    return {(one["from"], one["to"]): float(one["factor"]) for one in _table()["conversions"]}


def parameters(
    term: str,
    unit: str,
    at: date,
    *,
    limits: Mapping[str, float] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Parameters | None:
    """The parameters that hold at a date for an attribute in a unit (UN/CEFACT; empty: that of the table).

    `limits`: what only the device knows (qmax, capacity, rated, span_low, span_high, history_low, history_high, pmax).
    `overrides`: fields as in parameters.json, in the unit of the table. None: nobody has said what is usual for it.
    For days before the table the earliest set holds: what a thing can be is older than who wrote it down.
    Raises ValueError when the unit cannot be turned into that of the table.
    """
    found = sorted((s for s in _table()["sets"] if term in s["terms"]), key=lambda s: str(s["from"]))
    if not found:
        return None
    in_force = [s for s in found if s["from"] <= at.isoformat()] or found[:1]
    chosen = in_force[-1] | dict(overrides or {})
    made = _made(term, chosen, limits or {})
    if not unit or not chosen["unit"] or unit == chosen["unit"]:
        return made
    factor = _factors().get((unit, chosen["unit"]))
    if factor is None:
        raise ValueError(f"Unit {unit} is none of {term}")
    return _scaled(made, 1 / factor, unit)


def _bound(given: Any, limits: Mapping[str, float]) -> float | None:
    if given is None or isinstance(given, int | float):
        return given
    name, factor, addend = given
    return None if name not in limits else limits[name] * factor + addend


def _pair(given: Any, limits: Mapping[str, float]) -> tuple[float, float] | None:
    if given is None:
        return None
    low, high = (_bound(one, limits) for one in given)
    return None if low is None or high is None else (low, high)


def _span(given: Any, limits: Mapping[str, float]) -> tuple[float | None, float | None]:
    low, high = given or (None, None)
    return _bound(low, limits), _bound(high, limits)


def _made(term: str, chosen: Mapping[str, Any], limits: Mapping[str, float]) -> Parameters:
    flat = chosen.get("flat")
    return Parameters(
        term=term,
        unit=chosen["unit"],
        period=float(chosen["period"]),
        fail=_span(chosen.get("fail"), limits),
        suspect=_span(chosen.get("suspect"), limits),
        rate=_pair(chosen.get("rate"), limits),
        spike=_pair(chosen.get("spike"), limits),
        flat=(float(flat[0]), float(flat[1]), float(flat[2]), str(flat[3])) if flat else None,
        scale=chosen.get("scale"),
        noisy=bool(chosen.get("noisy")),
        sum=bool(chosen.get("sum")),
        counter=bool(chosen.get("counter")),
        falls=bool(chosen.get("falls")),
        pmax=limits.get("pmax"),
        version=version(),
    )


def _scaled(made: Parameters, factor: float, unit: str) -> Parameters:
    def span(pair: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
        low, high = pair
        return (None if low is None else low * factor, None if high is None else high * factor)

    def two(pair: tuple[float, float] | None) -> tuple[float, float] | None:
        return None if pair is None else (pair[0] * factor, pair[1] * factor)

    flat = made.flat
    return replace(
        made,
        unit=unit,
        fail=span(made.fail),
        suspect=span(made.suspect),
        rate=two(made.rate),
        spike=two(made.spike),
        flat=None if flat is None else (flat[0] * factor, flat[1], flat[2], _moved(flat[3], factor)),
        scale=None if made.scale is None else made.scale * factor,
    )


def _moved(when: str, factor: float) -> str:
    word, _, number = when.partition(":")
    return when if not number else f"{word}:{float(number) * factor}"


def derived(
    term: str, unit: str, values: Sequence[float], period: float, *, alike: bool = False
) -> Parameters | None:
    """Parameters out of a series of at least 30 values for which nobody has said what is usual.

    Suspect: three times the range in which 98 of 100 values lie, beyond it. Spike: ten times the usual step and more
    than that range. A flat line: as many equal values as chance would hardly make. `alike`: the values are those of many
    stations that measure one thing; then ten ranges beyond fail, and stations may be compared.
    """
    if len(values) < DERIVED_FROM:
        return None
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 100], ordered[-1 - len(ordered) // 100]
    width = high - low
    if width <= 0:
        return None
    steps = sorted(abs(b - a) for a, b in pairwise(values))
    usual = steps[len(steps) // 2]
    spike = max(10 * usual, width)
    far = math.inf
    return Parameters(
        term=term,
        unit=unit,
        period=period,
        fail=(low - 10 * width, high + 10 * width) if alike else (None, None),
        suspect=(low - 3 * width, high + 3 * width),
        scale=width / 2 if alike else None,
        spike=(spike, far),
        flat=(1e-9, 5 * period, far, "above:0" if low >= 0 else "any"),
        version=version(),
    )


def for_period(made: Parameters, period: float) -> Parameters:
    """Parameters for readings that come less often than the table expects; `period` in seconds.

    Between rarer readings more happens: spikes grow with the square root of the period. Sums (rain) grow with its power
    0.6: 60 mm in 10 minutes are some 1,200 mm in a day. In Hue 978 mm were measured in a day (3 November 1999), so a
    fail span of a day must lie above that.
    """
    if period <= made.period or not made.period:
        return made
    times = period / made.period
    spike = made.spike
    wide = replace(
        made,
        spike=None if spike is None else (spike[0] * times**0.5, spike[1] * times**0.5),
        period=period,
    )
    return _summed(wide, times) if made.sum else wide


def _summed(made: Parameters, times: float) -> Parameters:
    (low, high), (s_low, s_high), flat = made.fail, made.suspect, made.flat
    return replace(
        made,
        fail=(low, None if high is None else high * times**0.6),
        suspect=(s_low, None if s_high is None else s_high * times**0.6),
        flat=None if flat is None else (flat[0], flat[1] * times, flat[2] * times, flat[3]),
        scale=None if made.scale is None else made.scale * times**0.3,
    )
