# SPDX-License-Identifier: Apache-2.0
"""Reading the past of entities: instances in order of time, or aggregated (CIM 009 5.7.3, 5.7.4, 6.3.10)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from dothi.broker.api import examined, selection
from dothi.broker.api.answer import Answer
from dothi.broker.api.entities import paging, path_id, query_parameters
from dothi.broker.api.request import Call
from dothi.broker.model import Entity, Instance
from dothi.broker.ngsi import aggregate, represent, temporal
from dothi.broker.ngsi.aggregate import Aggregation, Evolution
from dothi.broker.ngsi.context import Terms
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.kinds import ENTITY_PLAIN, VALUE_OF
from dothi.broker.ngsi.represent import View
from dothi.broker.ngsi.temporal import TemporalQuery
from dothi.broker.store.history import Series, merged, window_of
from dothi.broker.store.packing import Columns
from dothi.broker.store.rows import decode
from dothi.broker.store.window import Window
from dothi.foundation.errors import NotFound

INSTANCES = 50_000
"""Instances in one answer, all entities and attributes together."""
_WORTH_A_THREAD = 20_000
Past = dict[str, list[Instance]]
"""Attribute IRI -> its instances in order."""


class Wanted(msgspec.Struct, kw_only=True, frozen=True):
    """What part of the past, and in which form. `attrs`: IRIs of those named, None for all."""

    query: TemporalQuery
    view: View
    attrs: list[str] | None
    plain: bool
    aggregation: Aggregation | None

    @property
    def window(self) -> Window:
        found = window_of(
            self.query.start, self.query.end, self.query.property, backwards=bool(self.query.last)
        )
        if self.aggregation is None:
            return found
        return msgspec.structs.replace(found, backwards=False, observed=not found.by_record)

    @property
    def datasets(self) -> list[str] | None:
        """The datasetIds wanted, as series name them."""
        if self.view.datasets is None:
            return None
        return ["" if name == "@none" else name for name in self.view.datasets]


def _wanted(call: Call, parameters: Mapping[str, Any]) -> Wanted:
    call.refuse_geo_json()
    options = call.options
    view = selection.view(call, parameters)
    picked = [name for name in view.pick or () if name not in ENTITY_PLAIN]
    return Wanted(
        query=temporal.parse(parameters),
        view=view,
        attrs=selection.names(parameters, "attrs", call.terms) or picked or None,
        plain="temporalValues" in options,
        aggregation=aggregate.aggregation(parameters) if "aggregatedValues" in options else None,
    )


async def retrieve(call: Call) -> Answer:
    """CIM 009 5.7.3, 6.19.3.1."""
    await call.read_context()
    entity_id = path_id(call)
    wanted = _wanted(call, call.parameters)
    bodies, headers = await _bodies(call, [await _head(call, entity_id)], wanted)
    return Answer(status=206 if headers else 200, body=bodies[0], headers=headers, data=True)


async def _head(call: Call, entity_id: str) -> Entity:
    """The entity, or the one that was deleted and left a past."""
    candidates = call.store.candidates
    head = (await candidates.heads(call.tenant, [entity_id])).get(entity_id)
    if (
        head is not None
        and not head.created_at
        and not await candidates.with_instances(call.tenant, [entity_id], Window())
    ):
        head = None
    if head is None:
        raise NotFound("broker.ngsi.entity_missing", id=entity_id)
    return head


async def query(call: Call) -> Answer:
    """CIM 009 5.7.4, 6.18.3.2."""
    await call.read_context()
    return await _page(call, call.parameters)


async def query_by_body(call: Call) -> Answer:
    """CIM 009 5.7.4, 6.24.3.1."""
    document = await call.document()
    merged = query_parameters(document)
    selectors = document.get("entities")
    if isinstance(selectors, list) and len(selectors) == 1 and isinstance(selectors[0], dict):
        merged.update({k: v for k, v in selectors[0].items() if k in {"id", "idPattern", "type"}})
    elif selectors is not None:
        raise BadRequestData("broker.ngsi.bad_parameter", name="entities", wanted="[{type, id, idPattern}]")
    return await _page(call, {**call.parameters, **merged})


async def _page(call: Call, parameters: Mapping[str, Any]) -> Answer:
    wanted = _wanted(call, parameters)
    if wanted.query.start is None and wanted.query.end is None:
        raise BadRequestData("broker.ngsi.bad_parameter", name="timerel", wanted="before, after, between")
    limit, offset, count = selection.page(call)
    filters = selection.selection(call, parameters)
    asked = examined.Asked(window=wanted.window, attrs=wanted.attrs, datasets=wanted.datasets)
    found = await examined.select(call, filters, asked, None if count else offset + limit + 1)
    ids = found[offset : offset + limit]
    heads = await call.store.candidates.heads(call.tenant, ids)
    bodies, headers = await _bodies(call, [heads[i] for i in ids if i in heads], wanted)
    bodies = [body for body in bodies if set(body) - ENTITY_PLAIN]
    status = 206 if headers else 200
    headers |= paging(call, limit, offset, more=len(found) > offset + limit)
    if count:
        headers["NGSILD-Results-Count"] = str(len(found))
    return Answer(status=status, body=bodies, headers=headers, data=True)


async def _bodies(
    call: Call, heads: Sequence[Entity], wanted: Wanted
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The entities in the wanted form; and the Content-Range when that is only a part of it."""
    record = call.store.record
    listed = await record.series_of_all(call.tenant, [h.id for h in heads], wanted.attrs)
    series = {i: [s for s in many if _is_shown(s, wanted)] for i, many in listed.items()}
    if wanted.aggregation is not None:
        return await _aggregated(call, heads, series, wanted, wanted.aggregation), {}
    pasts, edge = await _pasts(call, series, wanted)
    bodies: list[dict[str, Any]] = []
    times: list[str] = []
    for head in heads:
        body = _bare(head, call.terms, wanted.view)
        for iri, instances in pasts.get(head.id, {}).items():
            times += [_time(i, wanted.query.property) for i in instances] if edge else []
            body[call.terms.compact(iri)] = _form(call, instances, wanted)
        bodies.append(body)
        await asyncio.sleep(0)
    return bodies, {"Content-Range": temporal.content_range(wanted.query, times)} if edge else {}


def _is_shown(one: Series, wanted: Wanted) -> bool:
    is_dataset = wanted.datasets is None or one.dataset in wanted.datasets
    return is_dataset and represent.shown(one.attr, wanted.view)


def _bare(head: Entity, terms: Terms, view: View) -> dict[str, Any]:
    return represent.entity(msgspec.structs.replace(head, attrs={}), terms, view)


def _time(instance: Instance, prop: str) -> str:
    return str(instance.get(prop) or instance["modifiedAt"])


async def _pasts(
    call: Call, series: Mapping[str, list[Series]], wanted: Wanted
) -> tuple[dict[str, Past], str | None]:
    """The instances of each entity; and where they end for all, when some have more than an answer holds."""
    attributes = len({(i, s.attr) for i, many in series.items() for s in many})
    # Two at least: the next part begins with the instant at which this one ends.
    most = max(2, min(call.limits.instances, INSTANCES // max(1, attributes)))
    last = wanted.query.last
    limit = last if last and last <= most else most + 1
    whole = [s for many in series.values() for s in many]
    columns = await call.store.record.columns(whole, wanted.window, limit)
    found: dict[str, Past] = {}
    for entity, many in series.items():
        past = found.setdefault(entity, {})
        for row in merged(many, columns, wanted.window):
            kept = past.setdefault(row.series.attr, [])
            if len(kept) < limit:
                kept.append(row.full())
    return _cut(found, most, wanted.query) if limit > most else (found, None)


def _cut(found: dict[str, Past], most: int, asked: TemporalQuery) -> tuple[dict[str, Past], str | None]:
    """The same stretch of time for every attribute: what ends first ends it."""
    ends = [
        _time(i[most - 1], asked.property) for past in found.values() for i in past.values() if len(i) > most
    ]
    if not ends:
        return found, None
    edge = max(ends) if asked.last else min(ends)
    for past in found.values():
        for attr, listed in past.items():
            times = [_time(i, asked.property) for i in listed[:most]]
            inside = [t >= edge if asked.last else t <= edge for t in times]
            past[attr] = [i for i, is_inside in zip(listed, inside, strict=False) if is_inside]
    return {i: {a: x for a, x in past.items() if x} for i, past in found.items()}, edge


def _form(call: Call, instances: list[Instance], wanted: Wanted) -> Any:
    if wanted.plain:
        return temporal.values_only(instances, call.terms, wanted.query.property)
    return temporal.normalized(instances, call.terms, wanted.view)


async def _aggregated(
    call: Call,
    heads: Sequence[Entity],
    series: Mapping[str, list[Series]],
    wanted: Wanted,
    aggregation: Aggregation,
) -> list[dict[str, Any]]:
    """Everything in the interval counts, or the request is refused: a part of it would be a wrong figure."""
    whole = [s for many in series.values() for s in many]
    columns = await call.store.record.everything(whole, wanted.window)
    work = _Aggregating(call.terms, wanted, aggregation, columns)
    if sum(map(len, columns.values())) < _WORTH_A_THREAD:
        return work.run(heads, series)
    return await asyncio.to_thread(work.run, heads, series)


class _Aggregating:
    """The aggregation of one request."""

    def __init__(
        self, terms: Terms, wanted: Wanted, aggregation: Aggregation, columns: Mapping[int, Columns]
    ) -> None:
        self.terms = terms
        self.wanted = wanted
        self.aggregation = aggregation
        self.columns = columns
        self.refused: InvalidRequest | None = None

    def run(self, heads: Sequence[Entity], series: Mapping[str, list[Series]]) -> list[dict[str, Any]]:
        bodies = [self._entity(head, series.get(head.id, [])) for head in heads]
        if self.refused and not any(set(body) - ENTITY_PLAIN for body in bodies):
            raise self.refused
        return bodies

    def _entity(self, head: Entity, series: Sequence[Series]) -> dict[str, Any]:
        body = _bare(head, self.terms, self.wanted.view)
        by_attribute: dict[str, list[Evolution]] = {}
        for one in series:
            if one.id in self.columns:
                by_attribute.setdefault(one.attr, []).append(self._evolution(one, self.columns[one.id]))
        for attr, found in by_attribute.items():
            name = self.terms.compact(attr)
            try:
                body[name] = aggregate.aggregated(name, found, self.aggregation, self.wanted.query)
            except InvalidRequest as error:
                # Nobody asked for this attribute by name: a text beside the numbers is left out.
                if self.wanted.attrs:
                    raise
                self.refused = error
        return body

    def _evolution(self, one: Series, columns: Columns) -> Evolution:
        others: dict[int, Any] = {}
        kind = "Property"
        for place in np.flatnonzero(np.isnan(columns.num)).tolist():
            body = columns.bodies[place] if columns.bodies is not None else None
            instance = decode(body) if body is not None else {"type": kind}
            kind = instance["type"]
            others[place] = instance.get(VALUE_OF[kind])
        times = self.wanted.window.times(columns)
        return Evolution(kind=kind, dataset=one.dataset, at=times, numbers=columns.num, others=others)
