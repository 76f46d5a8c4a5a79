# SPDX-License-Identifier: Apache-2.0
"""The past of entities: add instances (CIM 009 5.6.11, 5.6.12). Reading is in `evolution`."""

from __future__ import annotations

from typing import Any

from dothi.broker.api.answer import Answer
from dothi.broker.api.entities import location, path_id, raise_for, write_of, written
from dothi.broker.api.request import Call
from dothi.broker.model import Result
from dothi.broker.ngsi import parse
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.kinds import ENTITY_PLAIN
from dothi.broker.ngsi.parse import Parsed


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
