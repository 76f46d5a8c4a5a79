# SPDX-License-Identifier: Apache-2.0
"""Parameters of the tests: dated data per attribute, which a locality overrides field by field (domain.md 6.3)."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from typing import Any

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
    Raises ValueError when the unit cannot be turned into that of the table.
    """
    found = [s for s in _table()["sets"] if term in s["terms"] and s["from"] <= at.isoformat()]
    if not found:
        return None
    chosen = max(found, key=lambda s: s["from"]) | dict(overrides or {})
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
