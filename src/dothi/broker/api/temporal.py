# SPDX-License-Identifier: Apache-2.0
"""The past of entities: add instances, read them back, aggregate (CIM 009 5.6.11, 5.6.12, 5.7.3, 5.7.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from dothi.broker.api import selection
from dothi.broker.api.answer import Answer
from dothi.broker.api.entities import (
    location,
    paging,
    path_id,
    query_parameters,
    raise_for,
    write_of,
    written,
)
from dothi.broker.api.request import Call
from dothi.broker.model import Entity, Instance, Result
from dothi.broker.ngsi import parse, represent, temporal
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.kinds import ENTITY_PLAIN
from dothi.broker.ngsi.parse import Parsed
from dothi.broker.ngsi.represent import View
from dothi.broker.ngsi.temporal import Aggregation, TemporalQuery
from dothi.foundation.errors import NotFound


class Wanted(msgspec.Struct, kw_only=True, frozen=True):
    """What part of the past, and in which form."""

    query: TemporalQuery
    view: View
    attrs: list[str] | None
    plain: bool
    aggregation: Aggregation | None


def _layers(document: dict[str, Any], call: Call) -> list[parse.Wanted]:
    """Instances of a temporal body, as many writes as the longest list of one attribute and datasetId."""
    layers: list[parse.Wanted] = []
    for name, value in document.items():
        if name in ENTITY_PLAIN:
            continue
        if value == []:
            raise BadRequestData("broker.ngsi.no_value", member=name[:80], value="[…]")
        iri = call.terms.expand(name)
        depth: dict[str, int] = {}
        for instance in parse.instance_list(name, value, call.terms):
            assert instance is not None
            dataset = instance.pop("datasetId", "")
            place = depth.get(dataset, 0)
            depth[dataset] = place + 1
            if place == len(layers):
                layers.append({})
            layers[place].setdefault(iri, {})[dataset] = instance
    return layers


async def _add(call: Call, entity_id: str, head: Parsed, layers: list[parse.Wanted]) -> Result:
    writes = [
        write_of(
            call,
            "add_instances",
            entity_id,
            Parsed(types=head.types, scopes=head.scopes, attrs=layer),
            number=number,
        )
        for number, layer in enumerate(layers or [{}])
    ]
    results = await call.broker.write(writes)
    for result in results:
        raise_for(result, entity_id)
    return results[0]


async def create(call: Call) -> Answer:
    """CIM 009 5.6.11, 6.18.3.1: 201 for a new entity, 204 when instances were added."""
    document = await call.document()
    if not isinstance(document, dict):
        raise InvalidRequest("broker.ngsi.not_an_object")
    plain = {k: v for k, v in document.items() if k in ENTITY_PLAIN}
    if "scope" in plain:
        plain["scope"] = _scope(plain["scope"])
    head = parse.entity(plain, call.terms)
    result = await _add(call, head.id, head, _layers(document, call))
    if result.status == "created":
        return Answer(status=201, headers=location(head.id, under="temporal/entities"))
    return Answer()


def _scope(value: Any) -> Any:
    """The scope that a temporal representation of it ends with (4.5.6); its own past is not kept."""
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(item, dict) for item in listed):
        return value
    return max(listed, key=lambda item: str(item.get("observedAt") or item.get("modifiedAt") or "")).get(
        "value"
    )


async def delete(call: Call) -> Answer:
    """CIM 009 5.6.16, 6.19.3.2: the entity, and its whole past for every reader."""
    entity_id = path_id(call)
    await written(call, write_of(call, "delete_temporal", entity_id, Parsed()))
    return Answer()


async def append(call: Call) -> Answer:
    """CIM 009 5.6.12, 6.20.3.1."""
    entity_id = path_id(call)
    document = await call.document()
    if not isinstance(document, dict):
        raise InvalidRequest("broker.ngsi.not_an_object")
    layers = _layers(document, call)
    if not layers:
        raise BadRequestData("broker.ngsi.no_attributes")
    await _add(call, entity_id, Parsed(), layers)
    return Answer()


def _wanted(call: Call, parameters: Mapping[str, Any]) -> Wanted:
    options = call.options
    aggregated = "aggregatedValues" in options
    return Wanted(
        query=temporal.parse(parameters),
        view=selection.view(call, parameters),
        attrs=selection.names(parameters, "attrs", call.terms) or None,
        plain="temporalValues" in options,
        aggregation=temporal.aggregation(parameters) if aggregated else None,
    )


async def retrieve(call: Call) -> Answer:
    """CIM 009 5.7.3, 6.19.3.1."""
    await call.read_context()
    entity_id = path_id(call)
    wanted = _wanted(call, call.parameters)
    kept = await call.broker.entity(call.tenant, entity_id)
    if kept is None:
        raise NotFound("broker.ngsi.entity_missing", id=entity_id)
    body, span = await _evolution(call, kept, wanted)
    headers = {}
    if span is not None and wanted.aggregation is None:
        headers["Content-Range"] = f"date-time {span[0]}-{span[1]}/{wanted.query.last or '*'}"
    return Answer(status=206 if headers else 200, body=body, headers=headers, data=True)


async def _evolution(
    call: Call, kept: Entity, wanted: Wanted
) -> tuple[dict[str, Any], tuple[str, str] | None]:
    """The temporal form of an entity; and, when there is more than a page holds, what it spans (6.3.10)."""
    query, most = wanted.query, call.limits.instances
    last = min(query.last, most) if query.last else None
    limit = last or (100_000 if wanted.aggregation else most + 1)
    # Time properties other than observedAt are of the record itself.
    found = await call.broker.store.history(
        call.tenant,
        kept.id,
        attrs=wanted.attrs,
        start=query.start,
        end=query.end,
        by=query.property,
        last=last,
        limit=limit,
    )
    cut = last is None and wanted.aggregation is None and any(len(i) > most for i in found.values())
    bare = represent.entity(Entity(**{**_fields(kept), "attrs": {}}), call.terms, wanted.view)
    times: list[str] = []
    for iri, listed in found.items():
        if not represent.shown(iri, wanted.view):
            continue
        instances = _in_dataset(listed[:most] if cut else listed, wanted.view)
        times += [instance[query.property] for instance in instances if query.property in instance]
        if instances:
            bare[call.terms.compact(iri)] = _form(call, instances, wanted)
    if not cut or not times:
        return bare, None
    return bare, (represent.short_time(max(times)), represent.short_time(min(times)))


def _fields(kept: Entity) -> dict[str, Any]:
    return {name: getattr(kept, name) for name in kept.__struct_fields__}


def _in_dataset(instances: list[Instance], view: View) -> list[Instance]:
    if view.datasets is None:
        return instances
    return [i for i in instances if i.get("datasetId", "@none") in view.datasets]


def _form(call: Call, instances: list[Instance], wanted: Wanted) -> Any:
    if wanted.aggregation is not None:
        return temporal.aggregated(instances, wanted.query.property, wanted.aggregation, wanted.query)
    if wanted.plain:
        return temporal.values_only(instances, call.terms, wanted.query.property)
    return temporal.normalized(instances, call.terms, wanted.view)


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
    # Attributes project the past; whether an entity has them now does not matter.
    filters = selection.selection(call, parameters)
    found, total = await selection.select(call, filters, limit, offset, count=count)
    bodies = []
    for kept in found[:limit]:
        body, _ = await _evolution(call, kept, wanted)
        if set(body) - ENTITY_PLAIN:
            bodies.append(body)
    headers = paging(call, limit, offset, more=len(found) > limit)
    if count and total is not None:
        headers["NGSILD-Results-Count"] = str(total)
    return Answer(status=200, body=bodies, headers=headers, data=True)
