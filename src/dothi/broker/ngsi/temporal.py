# SPDX-License-Identifier: Apache-2.0
"""Temporal queries and representations (CIM 009 4.11, 4.5.6 to 4.5.9, 4.5.19)."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

import msgspec

from dothi.broker.model import Instance
from dothi.broker.ngsi import represent, values
from dothi.broker.ngsi.context import Terms
from dothi.broker.ngsi.faults import BadRequestData, TooComplexQuery
from dothi.broker.ngsi.kinds import TEMPORAL_OF, VALUE_OF
from dothi.foundation import clock

TimeProperty = Literal["observedAt", "createdAt", "modifiedAt", "deletedAt"]
PROPERTIES: dict[str, TimeProperty] = {name: name for name in get_args(TimeProperty)}
METHODS = ("totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq")
BUCKETS = 10_000
_DURATION = re.compile(
    r"P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,7})D)?"
    r"(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?\Z"
)


class TemporalQuery(msgspec.Struct, kw_only=True, frozen=True):
    """Times are kept text; `start` is inclusive, `end` exclusive (4.11)."""

    start: str | None = None
    end: str | None = None
    property: TimeProperty = "observedAt"
    last: int | None = None


class Aggregation(msgspec.Struct, kw_only=True, frozen=True):
    """`period`: months, seconds; both 0 means one bucket over the whole range."""

    methods: tuple[str, ...]
    months: int = 0
    seconds: int = 0


def parse(parameters: Mapping[str, Any]) -> TemporalQuery:
    """The temporal query of a request."""
    relation = parameters.get("timerel")
    prop = PROPERTIES.get(str(parameters.get("timeproperty") or "observedAt"))
    if prop is None:
        raise _wrong("timeproperty", ", ".join(sorted(PROPERTIES)))
    last = parameters.get("lastN")
    if last is not None:
        last = int(last) if str(last).isdigit() and len(str(last)) < 7 else 0
        if last < 1:
            raise _wrong("lastN", "1, 2, 3 …")
    if relation is None:
        if parameters.get("timeAt") is not None or parameters.get("endTimeAt") is not None:
            raise _wrong("timerel", "before, after, between")
        return TemporalQuery(property=prop, last=last)
    if relation not in {"before", "after", "between"}:
        raise _wrong("timerel", "before, after, between")
    at = values.time(parameters.get("timeAt"), "timeAt")
    if relation == "before":
        return TemporalQuery(end=at, property=prop, last=last)
    if relation == "after":
        return TemporalQuery(start=at, property=prop, last=last)
    end = values.time(parameters.get("endTimeAt"), "endTimeAt")
    if end <= at:
        raise _wrong("endTimeAt", "> timeAt")
    return TemporalQuery(start=at, end=end, property=prop, last=last)


def aggregation(parameters: Mapping[str, Any]) -> Aggregation:
    """The wanted aggregation: aggrMethods and aggrPeriodDuration."""
    methods = parameters.get("aggrMethods")
    names = methods.split(",") if isinstance(methods, str) else methods
    if not isinstance(names, list) or not names or not set(names) <= set(METHODS):
        raise _wrong("aggrMethods", ", ".join(METHODS))
    duration = parameters.get("aggrPeriodDuration") or "PT0S"
    found = _DURATION.match(str(duration))
    if found is None or str(duration) in {"P", "PT"} or str(duration).endswith("T"):
        raise _wrong("aggrPeriodDuration", "PT1H, P1D, P1M, PT0S")
    years, months, weeks, days, hours, minutes, seconds = (int(g or 0) for g in found.groups())
    all_months = years * 12 + months
    all_seconds = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    if all_months and all_seconds:
        raise _wrong("aggrPeriodDuration", "PT1H, P1D, P1M")
    return Aggregation(methods=tuple(dict.fromkeys(names)), months=all_months, seconds=all_seconds)


def _wrong(name: str, wanted: str) -> BadRequestData:
    return BadRequestData("broker.ngsi.bad_parameter", name=name, wanted=wanted)


def normalized(instances: Sequence[Instance], terms: Terms, view: represent.View) -> list[Any]:
    """The temporal evolution of an attribute: one normalized or concise instance for each time (4.5.7)."""
    return [represent.one(i, terms, view, i.get("datasetId", "")) for i in instances]


def values_only(instances: Sequence[Instance], terms: Terms, prop: str) -> Any:
    """TemporalValues (4.5.8): [[value, time], ...] for each datasetId."""
    by_dataset: dict[str, dict[str, Any]] = {}
    plain = represent.View(form="concise")
    for instance in instances:
        kind = instance["type"]
        dataset = instance.get("datasetId", "")
        entry = by_dataset.get(dataset)
        if entry is None:
            entry = by_dataset[dataset] = {"type": kind, TEMPORAL_OF[kind]: []}
            if dataset:
                entry["datasetId"] = dataset
        shown = represent.one(instance, terms, plain, "")
        member = VALUE_OF[kind]
        value = shown[member] if isinstance(shown, dict) and member in shown else shown
        if TEMPORAL_OF[kind] in entry:
            entry[TEMPORAL_OF[kind]].append([value, represent.short_time(instance.get(prop, ""))])
    return represent.one_or_many(list(by_dataset.values()))


def aggregated(instances: Sequence[Instance], prop: str, wanted: Aggregation, query: TemporalQuery) -> Any:
    """AggregatedValues (4.5.19): for each method [[value, start, end], ...] over buckets of the period."""
    by_dataset: dict[str, list[Instance]] = {}
    for instance in instances:
        if prop in instance:
            by_dataset.setdefault(instance.get("datasetId", ""), []).append(instance)
    found = []
    for dataset, listed in by_dataset.items():
        entry: dict[str, Any] = {"type": listed[0]["type"]}
        if dataset:
            entry["datasetId"] = dataset
        buckets = _buckets([(clock.parse(i[prop]), _aggregable(i)) for i in listed], wanted, query)
        for method in wanted.methods:
            rows = [(_aggregate(method, items), start, end) for start, end, items in buckets]
            entry[method] = [
                [v, represent.short_time(clock.iso(s)), represent.short_time(clock.iso(e))]
                for v, s, e in rows
                if v is not None
            ]
        found.append(entry)
    return represent.one_or_many(found)


def _aggregable(instance: Instance) -> Any:
    return instance.get(VALUE_OF[instance["type"]])


Bucket = tuple[datetime, datetime, list[Any]]


def _buckets(items: list[tuple[datetime, Any]], wanted: Aggregation, query: TemporalQuery) -> list[Bucket]:
    items.sort(key=lambda item: item[0])
    if not wanted.months and not wanted.seconds:
        start = clock.parse(query.start) if query.start else items[0][0]
        end = clock.parse(query.end) if query.end else items[-1][0]
        return [(start, end, [value for _, value in items])]
    found: dict[datetime, list[Any]] = {}
    for at, value in items:
        found.setdefault(_bucket_start(at, wanted), []).append(value)
    if len(found) > BUCKETS:
        raise TooComplexQuery("broker.ngsi.bad_parameter", name="aggrPeriodDuration", wanted=f"<= {BUCKETS}")
    return [(start, _bucket_end(start, wanted), listed) for start, listed in found.items()]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _bucket_start(at: datetime, wanted: Aggregation) -> datetime:
    """Buckets stand on the calendar, so that the same query tomorrow has the same edges."""
    if wanted.months:
        number = (at.year * 12 + at.month - 1) // wanted.months * wanted.months
        return datetime(max(number // 12, 1), number % 12 + 1, 1, tzinfo=UTC)
    whole = math.floor((at - _EPOCH).total_seconds() / wanted.seconds) * wanted.seconds
    return _EPOCH + timedelta(seconds=whole)


def _bucket_end(start: datetime, wanted: Aggregation) -> datetime:
    if not wanted.months:
        return start + timedelta(seconds=wanted.seconds)
    number = start.year * 12 + start.month - 1 + wanted.months
    year, month = min(number // 12, 9999), number % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def _aggregate(method: str, items: list[Any]) -> Any:
    if method == "totalCount":
        return len(items)
    if method == "distinctCount":
        return len({msgspec.json.encode(item) for item in items})
    flat = [float(i) if isinstance(i, bool) else i for i in items if isinstance(i, int | float)]
    sizes = [len(i) for i in items if isinstance(i, list)]
    if method in {"min", "max"} and not flat and not sizes:
        texts = [i for i in items if isinstance(i, str)]
        return (min if method == "min" else max)(texts, default=None)
    numbers = [float(n) for n in (flat or sizes)]
    if not numbers:
        return None
    mean = math.fsum(numbers) / len(numbers)
    match method:
        case "sum":
            return math.fsum(numbers)
        case "avg":
            return mean
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case "sumsq":
            return math.fsum(n * n for n in numbers)
        case _:
            return math.sqrt(math.fsum((n - mean) ** 2 for n in numbers) / len(numbers))
