# SPDX-License-Identifier: Apache-2.0
"""Temporal queries and representations (CIM 009 4.11, 4.5.6 to 4.5.9, 6.3.10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from dothi.broker.model import Instance
from dothi.broker.ngsi import represent, values
from dothi.broker.ngsi.context import Terms
from dothi.broker.ngsi.faults import BadRequestData
from dothi.broker.ngsi.kinds import TEMPORAL_OF, VALUE_OF

TimeProperty = Literal["observedAt", "createdAt", "modifiedAt", "deletedAt"]
PROPERTIES: dict[str, TimeProperty] = {name: name for name in get_args(TimeProperty)}


class TemporalQuery(msgspec.Struct, kw_only=True, frozen=True):
    """Times are kept text; `start` is inclusive, `end` exclusive (4.11)."""

    start: str | None = None
    end: str | None = None
    property: TimeProperty = "observedAt"
    last: int | None = None


def parse(parameters: Mapping[str, Any]) -> TemporalQuery:
    """The temporal query of a request."""
    relation = parameters.get("timerel")
    prop = PROPERTIES.get(str(parameters.get("timeproperty") or "observedAt"))
    if prop is None:
        raise wrong("timeproperty", ", ".join(sorted(PROPERTIES)))
    last = parameters.get("lastN")
    if last is not None:
        text = str(last)
        last = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
        if last < 1:
            raise wrong("lastN", "1, 2, 3 …")
    if relation is None:
        if parameters.get("timeAt") is not None or parameters.get("endTimeAt") is not None:
            raise wrong("timerel", "before, after, between")
        return TemporalQuery(property=prop, last=last)
    if relation not in {"before", "after", "between"}:
        raise wrong("timerel", "before, after, between")
    at = values.time(parameters.get("timeAt"), "timeAt")
    if relation == "before":
        return TemporalQuery(end=at, property=prop, last=last)
    if relation == "after":
        return TemporalQuery(start=at, property=prop, last=last)
    end = values.time(parameters.get("endTimeAt"), "endTimeAt")
    if end <= at:
        raise wrong("endTimeAt", "> timeAt")
    return TemporalQuery(start=at, end=end, property=prop, last=last)


def wrong(name: str, wanted: str) -> BadRequestData:
    return BadRequestData("broker.ngsi.bad_parameter", name=name, wanted=wanted)


def normalized(instances: Sequence[Instance], terms: Terms, view: represent.View) -> list[Any]:
    """The temporal evolution of an attribute: one normalized or concise instance for each time (4.5.7)."""
    listed = [represent.one(i, terms, view, i.get("datasetId", "")) for i in instances]
    for instance, shown in zip(instances, listed, strict=True):
        # A deletion tells when it was, whether system attributes are asked for or not.
        if "deletedAt" in instance and isinstance(shown, dict):
            shown["deletedAt"] = represent.short_time(instance["deletedAt"])
    return listed


def values_only(instances: Sequence[Instance], terms: Terms, prop: str) -> Any:
    """TemporalValues (4.5.8): [[value, time], ...] for each datasetId, of what has that time."""
    by_dataset: dict[str, dict[str, Any]] = {}
    plain = represent.View(form="concise")
    for instance in instances:
        if prop not in instance:
            continue
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
            entry[TEMPORAL_OF[kind]].append([value, represent.short_time(instance[prop])])
    return represent.one_or_many(list(by_dataset.values()))


def content_range(query: TemporalQuery, times: Sequence[str]) -> str:
    """The Content-Range of a part of the past, whose instances have these times (6.3.10)."""
    oldest, newest = min(times), max(times)
    if query.last:
        start, end, size = query.end or newest, oldest, str(query.last)
    else:
        start, end, size = query.start or oldest, newest, "*"
    return f"DateTime {represent.short_time(start)}-{represent.short_time(end)}/{size}"
