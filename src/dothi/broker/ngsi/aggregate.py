# SPDX-License-Identifier: Apache-2.0
"""The aggregated temporal representation (CIM 009 4.5.19) over columns of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from dothi.broker.ngsi import represent
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest, TooComplexQuery
from dothi.broker.ngsi.temporal import TemporalQuery, wrong
from dothi.foundation import clock

METHODS = ("totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq")
BUCKETS = 10_000
LONGEST_YEARS = 100
_OF_ALL = frozenset({"totalCount", "distinctCount"})
_OF_SIZES = _OF_ALL | {"avg", "max", "min", "sum"}
_OF_TEXTS = _OF_ALL | {"max", "min"}
_DURATION = re.compile(
    r"P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,7})D)?"
    r"(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?\Z",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = -62_135_596_800_000_000
_LAST = 253_402_300_799_999_999
"""The first and the last instant of the calendar, in microseconds."""


class Aggregation(msgspec.Struct, kw_only=True, frozen=True):
    """`period`: months, seconds; both 0 means one bucket over the whole range."""

    methods: tuple[str, ...]
    months: int = 0
    seconds: int = 0


class Evolution(msgspec.Struct, kw_only=True):
    """One attribute with one datasetId in order of time (microseconds).

    `numbers`: its numbers, NaN where `others` has the value that is none: place -> value. `kind`: its NGSI-LD type.
    """

    kind: str
    dataset: str
    at: Any
    numbers: Any
    others: Mapping[int, Any]


def aggregation(parameters: Mapping[str, Any]) -> Aggregation:
    """The wanted aggregation: aggrMethods and aggrPeriodDuration."""
    methods = parameters.get("aggrMethods")
    names = methods.split(",") if isinstance(methods, str) else methods
    if not isinstance(names, list) or not names or not all(n in METHODS for n in names):
        raise wrong("aggrMethods", ", ".join(METHODS))
    duration = str(parameters.get("aggrPeriodDuration") or "PT0S")
    found = _DURATION.match(duration)
    if found is None or duration in {"P", "PT"} or duration.endswith("T"):
        raise wrong("aggrPeriodDuration", "PT1H, P1D, P1M, PT0S")
    years, months, weeks, days, hours, minutes, seconds = (int(g or 0) for g in found.groups())
    all_months = years * 12 + months
    all_seconds = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    if all_months and all_seconds:
        raise wrong("aggrPeriodDuration", "PT1H, P1D, P1M")
    if all_months > LONGEST_YEARS * 12 or all_seconds > LONGEST_YEARS * 366 * 86_400:
        raise wrong("aggrPeriodDuration", f"<= P{LONGEST_YEARS}Y")
    return Aggregation(methods=tuple(dict.fromkeys(names)), months=all_months, seconds=all_seconds)


def aggregated(name: str, found: Sequence[Evolution], wanted: Aggregation, query: TemporalQuery) -> Any:
    """AggregatedValues: for each method [[value, start, end], ...]; InvalidRequest when a method does not fit the values."""
    listed = [one for one in found if len(one.at)]
    for one in listed:
        missing = [m for m in wanted.methods if m not in _methods(one)]
        if missing:
            raise InvalidRequest("broker.ngsi.not_aggregable", name=name, methods=", ".join(missing))
    return represent.one_or_many([_one(e, wanted, query) for e in listed])


def _methods(one: Evolution) -> frozenset[str]:
    """The methods that the values are eligible for (tables 4.5.19.1-1 to 3)."""
    if one.kind not in {"Property", "ListProperty"}:
        return _OF_ALL
    others = one.others.values()
    if len(one.others) < len(one.at) or any(isinstance(v, bool | int | float) for v in others):
        return frozenset(METHODS)
    if any(isinstance(v, list) for v in others):
        return _OF_SIZES
    return _OF_TEXTS if any(_text(v) is not None for v in others) else _OF_ALL


def _text(value: Any) -> str | None:
    """A text, or the text of a typed value (a DateTime, a Date, a Time)."""
    found = value.get("@value") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def _one(one: Evolution, wanted: Aggregation, query: TemporalQuery) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": one.kind}
    if one.dataset:
        entry["datasetId"] = one.dataset
    edges, spans = _buckets(one.at, wanted, query)
    values = _values(one)
    for method in wanted.methods:
        results = _METHODS[method](one, values, edges)
        entry[method] = [[v, *span] for v, span in zip(results, spans, strict=True) if v is not None]
    return entry


def _values(one: Evolution) -> NDArray[np.float64]:
    """Every value as a number: truth as 1 and 0, lists as their sizes where no value is a number; else NaN."""
    values: NDArray[np.float64] = np.array(one.numbers, np.float64)
    for place, value in one.others.items():
        if isinstance(value, bool | int | float):
            values[place] = float(value)
    if not one.others or not bool(np.isnan(values).all()):
        return values
    for place, value in one.others.items():
        if isinstance(value, list):
            values[place] = len(value)
    return values


Edges = NDArray[np.int64]


def _buckets(at: Edges, wanted: Aggregation, query: TemporalQuery) -> tuple[Edges, list[tuple[str, str]]]:
    """(place of the first row of each bucket, its start and end)."""
    if not wanted.months and not wanted.seconds:
        start = query.start or _iso(int(at[0]))
        return np.zeros(1, np.int64), [(_short(start), _short(query.end or _iso(int(at[-1]))))]
    # Buckets stand on the calendar, so that the same query tomorrow has the same edges.
    if wanted.months:
        number = at.view("datetime64[us]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
        bucket = number // wanted.months
    else:
        bucket = at // (wanted.seconds * 1_000_000)
    edges = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    if len(edges) > BUCKETS:
        raise TooComplexQuery("broker.ngsi.bad_parameter", name="aggrPeriodDuration", wanted=f"<= {BUCKETS}")
    numbers = bucket[edges].tolist()
    return edges, [(_edge(n, wanted), _edge(n + 1, wanted)) for n in numbers]


def _edge(number: int, wanted: Aggregation) -> str:
    if wanted.months:
        year, month = divmod(number * wanted.months, 12)
        if not 1 <= year <= 9999:
            return _short(_iso(_FIRST if year < 1 else _LAST))
        return _short(clock.iso(datetime(year, month + 1, 1, tzinfo=UTC)))
    return _short(_iso(min(max(number * wanted.seconds * 1_000_000, _FIRST), _LAST)))


def _iso(micros: int) -> str:
    return clock.iso(_EPOCH + timedelta(microseconds=micros))


def _short(text: str) -> str:
    return represent.short_time(text)


def _count(one: Evolution, _values: Any, edges: Edges) -> list[Any]:
    return [int(n) for n in np.diff(edges, append=len(one.at))]


def _distinct(one: Evolution, _values: Any, edges: Edges) -> list[Any]:
    bucket = np.searchsorted(edges, np.arange(len(one.at)), side="right") - 1
    counts = np.zeros(len(edges), np.int64)
    plain = ~np.isnan(one.numbers)
    order = np.lexsort((one.numbers[plain], bucket[plain]))
    numbers, places = one.numbers[plain][order], bucket[plain][order]
    if len(numbers):
        new = np.ones(len(numbers), np.bool_)
        new[1:] = (numbers[1:] != numbers[:-1]) | (places[1:] != places[:-1])
        counts += np.bincount(places[new], minlength=len(edges))
    others = {(int(bucket[place]), msgspec.json.encode(value)) for place, value in one.others.items()}
    for place, _ in others:
        counts[place] += 1
    return [int(n) for n in counts]


def _extreme(
    which: Callable[[Any, Any], Any],
) -> Callable[[Evolution, NDArray[np.float64], Edges], list[Any]]:
    def run(one: Evolution, values: NDArray[np.float64], edges: Edges) -> list[Any]:
        found: list[Any] = [None] * len(edges)
        if bool(np.isnan(values).all()):
            bucket = np.searchsorted(edges, sorted(one.others), side="right") - 1
            for place, number in zip(sorted(one.others), bucket.tolist(), strict=True):
                text = _text(one.others[place])
                if text is not None:
                    found[number] = text if found[number] is None else which(found[number], text)
            return found
        ufunc = np.fmin if which is min else np.fmax
        return [None if np.isnan(v) else float(v) for v in ufunc.reduceat(values, edges)]

    return run


def _sums(values: NDArray[Any], edges: Edges) -> tuple[NDArray[Any], NDArray[Any]]:
    """(sum, number of numbers) of each bucket; long doubles, so that intermediate results hardly overflow."""
    plain = ~np.isnan(values)
    wide = np.where(plain, values, 0).astype(np.longdouble)
    with np.errstate(over="ignore"):
        return np.add.reduceat(wide, edges), np.add.reduceat(plain.astype(np.int64), edges)


def _told(results: NDArray[Any], counts: NDArray[Any]) -> list[Any]:
    with np.errstate(over="ignore", invalid="ignore"):
        plain = results.astype(np.float64)
    if not bool(np.isfinite(plain[counts > 0]).all()):
        raise BadRequestData("broker.ngsi.aggregate_large")
    return [float(v) if n else None for v, n in zip(plain, counts, strict=True)]


def _sum(_one: Evolution, values: NDArray[np.float64], edges: Edges) -> list[Any]:
    return _told(*_sums(values, edges))


def _sumsq(_one: Evolution, values: NDArray[np.float64], edges: Edges) -> list[Any]:
    with np.errstate(over="ignore"):
        return _told(*_sums(values.astype(np.longdouble) ** 2, edges))


def _mean(values: NDArray[np.float64], edges: Edges) -> tuple[NDArray[Any], NDArray[Any]]:
    sums, counts = _sums(values, edges)
    return sums / np.maximum(counts, 1), counts


def _avg(_one: Evolution, values: NDArray[np.float64], edges: Edges) -> list[Any]:
    return _told(*_mean(values, edges))


def _stddev(_one: Evolution, values: NDArray[np.float64], edges: Edges) -> list[Any]:
    means, counts = _mean(values, edges)
    sizes = np.diff(edges, append=len(values))
    with np.errstate(over="ignore", invalid="ignore"):
        squares, _ = _sums((values.astype(np.longdouble) - np.repeat(means, sizes)) ** 2, edges)
        return _told(np.sqrt(squares / np.maximum(counts, 1)), counts)


_METHODS: dict[str, Callable[[Evolution, NDArray[np.float64], Edges], list[Any]]] = {
    "totalCount": _count,
    "distinctCount": _distinct,
    "sum": _sum,
    "avg": _avg,
    "min": _extreme(min),
    "max": _extreme(max),
    "stddev": _stddev,
    "sumsq": _sumsq,
}
