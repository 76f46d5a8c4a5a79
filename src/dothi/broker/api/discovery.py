# SPDX-License-Identifier: Apache-2.0
"""What types and attributes there are (CIM 009 5.7.5 to 5.7.10)."""

from __future__ import annotations

from typing import Any

from dothi.broker.api import selection
from dothi.broker.api.answer import Answer
from dothi.broker.api.request import Call
from dothi.broker.store.vocabulary import Use
from dothi.foundation.errors import NotFound

Used = dict[str, dict[str, set[str]]]
"""One name -> the other names it occurs with -> kinds of the attribute instances."""


def _used(found: list[Use], *, by_type: bool) -> Used:
    used: Used = {}
    for kind, attribute, kinds, _ in found:
        if by_type:
            entry = used.setdefault(kind, {})
            if attribute:
                entry.setdefault(attribute, set()).update(kinds)
        elif attribute:
            used.setdefault(attribute, {}).setdefault(kind, set()).update(kinds)
    return used


async def _one(call: Call, *, by_type: bool) -> tuple[str, dict[str, set[str]]]:
    """(IRI, what it occurs with) of the name in the address; NotFound when nothing has it."""
    call.refuse_geo_json()
    await call.read_context()
    iri = call.terms.expand(call.part("name"))
    vocabulary = call.store.vocabulary
    ask = vocabulary.of_type if by_type else vocabulary.of_attribute
    found = _used(await ask(call.tenant, iri), by_type=by_type).get(iri)
    if found is None:
        raise NotFound("broker.ngsi.resource_missing", what=call.part("name")[:200])
    return iri, found


def _listing(call: Call, kind: str, member: str, names: list[str]) -> Answer:
    body = {"id": f"urn:ngsi-ld:{kind}:all", "type": kind, member: [call.terms.compact(n) for n in names]}
    return Answer(status=200, body=body, data=True)


async def types(call: Call) -> Answer:
    """CIM 009 5.7.5 and, with details=true, 5.7.6; 6.25.3.1."""
    call.refuse_geo_json()
    await call.read_context()
    vocabulary = call.store.vocabulary
    if not selection.flag(call, "details"):
        return _listing(call, "EntityTypeList", "typeList", await vocabulary.types(call.tenant))
    found = _used(await vocabulary.whole(call.tenant), by_type=True)
    compact = call.terms.compact
    body = [
        {"id": i, "type": "EntityType", "typeName": compact(i), "attributeNames": [compact(a) for a in attrs]}
        for i, attrs in found.items()
    ]
    return Answer(status=200, body=body, data=True)


async def one_type(call: Call) -> Answer:
    """CIM 009 5.7.7, 6.26.3.1."""
    iri, found = await _one(call, by_type=True)
    _, count = await call.store.query(call.tenant, types=[iri], limit=0, count=True)
    details: list[dict[str, Any]] = [
        {
            "id": name,
            "type": "Attribute",
            "attributeName": call.terms.compact(name),
            "attributeTypes": sorted(kinds),
        }
        for name, kinds in found.items()
    ]
    body = {
        "id": iri,
        "type": "EntityTypeInfo",
        "typeName": call.terms.compact(iri),
        "entityCount": count,
        "attributeDetails": details,
    }
    return Answer(status=200, body=body, data=True)


async def attributes(call: Call) -> Answer:
    """CIM 009 5.7.8 and, with details=true, 5.7.9; 6.27.3.1."""
    call.refuse_geo_json()
    await call.read_context()
    found = _used(await call.store.vocabulary.whole(call.tenant), by_type=False)
    if not selection.flag(call, "details"):
        return _listing(call, "AttributeList", "attributeList", sorted(found))
    compact = call.terms.compact
    body = [
        {"id": i, "type": "Attribute", "attributeName": compact(i), "typeNames": [compact(t) for t in kinds]}
        for i, kinds in sorted(found.items())
    ]
    return Answer(status=200, body=body, data=True)


async def one_attribute(call: Call) -> Answer:
    """CIM 009 5.7.10, 6.28.3.1."""
    iri, found = await _one(call, by_type=False)
    _, count = await call.store.query(call.tenant, attrs=[iri], limit=0, count=True)
    body = {
        "id": iri,
        "type": "Attribute",
        "attributeName": call.terms.compact(iri),
        "attributeTypes": sorted(set().union(*found.values())),
        "typeNames": [call.terms.compact(t) for t in found],
        "attributeCount": count,
    }
    return Answer(status=200, body=body, data=True)
