# SPDX-License-Identifier: Apache-2.0
"""Which entities a temporal query means: their past is examined, not their present (CIM 009 5.7.4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from dothi.broker.api.request import Call
from dothi.broker.api.selection import Selection
from dothi.broker.errors import TooMuchAsked
from dothi.broker.model import Entity
from dothi.broker.store.reader import Sql
from dothi.broker.store.window import Window

EXAMINED = 100_000
"""Instances that the conditions of one request may look at."""
_AT_ONCE = 500
_READ_AT_ONCE = 50


class Asked(msgspec.Struct, kw_only=True):
    """Of which instances there must be one; `left`: how many more may be looked at."""

    window: Window
    attrs: list[str] | None
    datasets: list[str] | None
    left: int = EXAMINED


async def select(call: Call, filters: Selection, asked: Asked, most: int | None) -> list[str]:
    """The ids of the entities that match, in order: the first `most`, or all."""
    candidates = call.store.candidates
    ids = await candidates.named(call.tenant, _head_conditions(filters))
    found: list[str] = []
    for start in range(0, len(ids), _AT_ONCE):
        part = await candidates.with_instances(
            call.tenant,
            ids[start : start + _AT_ONCE],
            asked.window,
            attrs=asked.attrs,
            datasets=asked.datasets,
        )
        for few in range(0, len(part), _READ_AT_ONCE):
            sure = await _sure(call, asked, part[few : few + _READ_AT_ONCE])
            found += await _matching(call, filters, asked, sure) if filters.values or filters.area else sure
            if most is not None and len(found) >= most:
                return found[:most]
    return found


def _head_conditions(filters: Selection) -> list[Sql]:
    found = []
    if filters.ids is not None:
        found.append(Sql("id = ANY(%s)", (filters.ids,)))
    if filters.id_pattern is not None:
        found.append(Sql("id ~ %s", (filters.id_pattern,)))
    if filters.types is not None:
        found.append(Sql("types && %s", (filters.types,)))
    if filters.condition is not None:
        found.append(Sql(filters.condition.text, filters.condition.params))
    return found


async def _sure(call: Call, asked: Asked, part: Sequence[tuple[str, bool]]) -> list[str]:
    """Those that certainly have an instance in the window; where only reading can tell, it is read."""
    store = call.store
    doubtful = [i for i, certain in part if not certain]
    if not doubtful:
        return [i for i, _ in part]
    series = await store.record.series_of_all(call.tenant, doubtful, asked.attrs)
    wanted = {
        i: [s for s in many if asked.datasets is None or s.dataset in asked.datasets]
        for i, many in series.items()
    }
    read = await store.candidates.read(wanted, asked.window)
    return [i for i, certain in part if certain or i in read]


async def _matching(call: Call, filters: Selection, asked: Asked, ids: Sequence[str]) -> list[str]:
    """Those of which an instance in the window, or what stands without a time of observation, meets q and the area."""
    if not ids:
        return []
    named = set(filters.named) | ({filters.area.property} if filters.area else set())
    entities = [
        await _with_past(call, asked, head, named)
        for head in (await call.store.candidates.heads(call.tenant, ids)).values()
    ]
    area, values = filters.area, filters.values
    if area is not None:
        entities = [e for e in entities if area.matches(e)]
    met = {e.id for e in entities}
    if values is not None and entities:
        met = await call.store.candidates.matching(entities, Sql(values.text, values.params))
    return [i for i in ids if i in met]


async def _with_past(call: Call, asked: Asked, head: Entity, named: set[str]) -> Entity:
    """The entity with every instance in the window beside what it has without a time, one place each."""
    record = call.store.record
    series = await record.series(call.tenant, head.id, sorted(named))
    attrs: dict[str, dict[str, Any]] = {
        attr: {d: i for d, i in instances.items() if "observedAt" not in i}
        for attr, instances in head.attrs.items()
        if attr in named
    }
    for row in await record.rows(series, asked.window, asked.left + 1):
        attrs.setdefault(row.series.attr, {})[f"{row.series.dataset} {row.at} {row.recorded}"] = row.full()
        asked.left -= 1
        if asked.left < 0:
            raise TooMuchAsked("broker.too_many_rows", most=EXAMINED)
    return msgspec.structs.replace(head, attrs=attrs)
