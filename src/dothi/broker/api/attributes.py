# SPDX-License-Identifier: Apache-2.0
"""Attributes of an entity: append, update, partial update, replace, delete (CIM 009 5.6.2 to 5.6.5, 5.6.19)."""

from __future__ import annotations

from typing import Any

from dothi.broker.api import selection
from dothi.broker.api.answer import Answer
from dothi.broker.api.entities import body_for, path_id, write_of, written
from dothi.broker.api.request import Call
from dothi.broker.model import Instance, Result
from dothi.broker.ngsi import parse, values
from dothi.broker.ngsi.faults import BadRequestData
from dothi.broker.ngsi.kinds import ENTITY_PLAIN
from dothi.broker.ngsi.parse import Parsed
from dothi.foundation import messages


def _partly(call: Call, result: Result) -> Answer:
    """204, or 207 with what was not done (6.6.3.1)."""
    if not result.not_updated:
        return Answer()
    missed = [
        {"attributeName": call.terms.compact(iri), "reason": _reason(call.language, reason)}
        for iri, reason in result.not_updated.items()
    ]
    done = [call.terms.compact(iri) for iri in dict.fromkeys(result.updated)]
    return Answer(status=207, body={"updated": done, "notUpdated": missed})


def _reason(language: str, reason: str) -> str:
    return messages.text(language, reason) if reason in messages.catalogue() else reason


async def append(call: Call) -> Answer:
    """CIM 009 5.6.3, 6.6.3.1."""
    parsed = await body_for(call)
    overwrite = "noOverwrite" not in call.options
    result = await written(call, write_of(call, "append", parsed.id, parsed, overwrite=overwrite))
    return _partly(call, result)


async def update(call: Call) -> Answer:
    """CIM 009 5.6.2, 6.6.3.2."""
    parsed = await body_for(call, patch=parse.NULLS)
    return _partly(call, await written(call, write_of(call, "update", parsed.id, parsed)))


async def _one(call: Call, *, patch: int = 0) -> tuple[str, str, dict[str, Instance | None]]:
    """(IRI, datasetId, instances) of the attribute that the address names and the body describes."""
    document = await call.document()
    name = call.part("attr")
    if name in ENTITY_PLAIN:
        raise BadRequestData("broker.ngsi.bad_name", name=name)
    iri = call.terms.expand(name)
    found = parse.instances(name, document, call.terms, patch=patch)
    if len(found) != 1:
        raise BadRequestData("broker.ngsi.bad_value", member=name[:80], type="Attribute")
    return iri, next(iter(found)), found


async def partial(call: Call) -> Answer:
    """CIM 009 5.6.4, 6.7.3.1."""
    entity_id = path_id(call)
    iri, dataset, found = await _one(call, patch=parse.MEMBERS)
    if found[dataset] is None:
        return await _deleted(call, entity_id, iri, dataset, everything=False)
    write = write_of(
        call, "partial", entity_id, Parsed(attrs={iri: found}), attribute=iri, dataset=dataset or None
    )
    await written(call, write, call.part("attr"))
    return Answer()


async def replace(call: Call) -> Answer:
    """CIM 009 5.6.19, 6.7.3.3."""
    entity_id = path_id(call)
    iri, dataset, found = await _one(call)
    write = write_of(
        call,
        "replace_attribute",
        entity_id,
        Parsed(attrs={iri: found}),
        attribute=iri,
        dataset=dataset or None,
    )
    await written(call, write, call.part("attr"))
    return Answer()


async def delete(call: Call) -> Answer:
    """CIM 009 5.6.5, 6.7.3.2."""
    await call.read_context()
    dataset = call.parameters.get("datasetId", "")
    if dataset and not values.is_uri(dataset):
        raise BadRequestData("broker.ngsi.bad_dataset", member=call.part("attr")[:80])
    everything = selection.flag(call, "deleteAll")
    return await _deleted(
        call, path_id(call), call.terms.expand(call.part("attr")), dataset, everything=everything
    )


async def _deleted(call: Call, entity_id: str, iri: str, dataset: str, *, everything: bool) -> Answer:
    target: dict[str, Any] = {"attribute": iri, "dataset": dataset or None, "delete_all": everything}
    await written(
        call, write_of(call, "delete_attribute", entity_id, Parsed(), **target), call.terms.compact(iri)
    )
    return Answer()
