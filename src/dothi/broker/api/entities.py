# SPDX-License-Identifier: Apache-2.0
"""Entities: create, read, query, merge, replace, delete (CIM 009 5.6.1, 5.6.6, 5.6.17, 5.6.18, 5.7.1, 5.7.2)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

from dothi.broker.api import selection
from dothi.broker.api.answer import Answer
from dothi.broker.api.faults import KeyReused
from dothi.broker.api.request import GEO_JSON, Call
from dothi.broker.api.selection import Selection
from dothi.broker.model import Entity, Result, Verb, Write
from dothi.broker.ngsi import parse, represent, values
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.parse import Parsed
from dothi.broker.ngsi.represent import View
from dothi.foundation import messages
from dothi.foundation.errors import Conflict, NotAllowed, NotFound

LOCATION = "https://uri.etsi.org/ngsi-ld/location"
OUTSIDE = "broker.outside."
PREFIX = "/ngsi-ld/v1"
LONGEST_NAME = 2000
"""Bytes of an id with the name of an attribute and its datasetId, or with a type: PostgreSQL's indexes hold 2,704."""
_LANGUAGE = re.compile(r"[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}\Z|@none\Z")


def write_of(
    call: Call, verb: Verb, entity_id: str, parsed: Parsed, *, number: int = 0, **more: Any
) -> Write:
    """A write of this request; `number` when it asks for several. NotAllowed when it names what is out of reach."""
    key = call.key(number)
    _check_names(entity_id, parsed)
    reach = call.reach
    if reach is not None:
        why = reach.asked(
            types=parsed.types, scopes=parsed.scopes, attrs=parsed.attrs, attribute=more.get("attribute")
        )
        if why is not None:
            raise NotAllowed(OUTSIDE + why)
    return Write(
        verb=verb,
        id=entity_id,
        tenant=call.tenant,
        types=parsed.types,
        scopes=parsed.scopes,
        attrs=parsed.attrs,
        expires_at=parsed.expires_at,
        key=key,
        request=call.digest if key else "",
        reach=reach,
        **more,
    )


def _check_names(entity_id: str, parsed: Parsed) -> None:
    """Refuse names that no index can hold."""
    names = [iri + dataset for iri, instances in parsed.attrs.items() for dataset in instances]
    longest = max(map(len, [*names, *parsed.types]), default=0)
    if (len(entity_id) + longest) * 4 <= LONGEST_NAME:
        return
    if len(entity_id.encode()) + max(len(n.encode()) for n in [*names, *parsed.types, ""]) > LONGEST_NAME:
        raise BadRequestData("broker.ngsi.long_name", most=LONGEST_NAME)


def raise_for(result: Result, entity_id: str, attribute: str = "") -> None:
    """The error of a write that did not happen."""
    match result.status:
        case "missing":
            raise NotFound("broker.ngsi.entity_missing", id=entity_id)
        case "exists":
            raise Conflict("broker.ngsi.entity_exists", id=entity_id)
        case "attribute_missing":
            raise NotFound("broker.ngsi.attribute_missing", id=entity_id, name=attribute)
        case "outside":
            raise NotAllowed(OUTSIDE + (result.detail or "entity"))
        case "key_reused":
            raise KeyReused("broker.ngsi.key_reused")
        case "refused" if result.detail in messages.catalogue():
            raise BadRequestData(result.detail, **result.about)
        case "refused":
            raise BadRequestData("broker.ngsi.refused", reason=result.detail or "")


async def written(call: Call, write: Write, attribute: str = "") -> Result:
    result = (await call.broker.write([write]))[0]
    raise_for(result, write.id, attribute)
    return result


def location(entity_id: str, *, under: str = "entities") -> dict[str, str]:
    return {"Location": f"{PREFIX}/{under}/{quote(entity_id, safe=':')}"}


def path_id(call: Call) -> str:
    return values.entity_id(call.part("id"))


async def create(call: Call) -> Answer:
    """CIM 009 5.6.1, 6.4.3.1."""
    parsed = parse.entity(await call.document(), call.terms)
    await written(call, write_of(call, "create", parsed.id, parsed))
    return Answer(status=201, headers=location(parsed.id))


async def body_for(call: Call, *, patch: int = 0, simplified: bool = False) -> Parsed:
    """An entity fragment whose id, if it has one, is that of the address."""
    document = await call.document()
    if not isinstance(document, dict):
        raise InvalidRequest("broker.ngsi.not_an_object")
    wanted = path_id(call)
    parsed = parse.entity(
        {"id": wanted, **document}, call.terms, patch=patch, typed=False, simplified=simplified
    )
    if parsed.id != wanted:
        raise BadRequestData("broker.ngsi.other_id")
    return parsed


async def merge(call: Call) -> Answer:
    """CIM 009 5.6.17, 6.5.3.4."""
    parsed = await body_for(call, patch=parse.DEEP, simplified=is_simplified(call))
    await written(call, write_of(call, "merge", parsed.id, parsed, **merge_options(call)))
    return Answer()


def is_simplified(call: Call) -> bool:
    """Whether the body is in the simplified representation; `format` goes before `options`."""
    named = call.parameters.get("format")
    return not {"simplified", "keyValues"}.isdisjoint([named] if named else call.options)


def merge_options(call: Call) -> dict[str, Any]:
    """The language and the time of what a merge brings (6.5.3.4)."""
    found: dict[str, Any] = {}
    if (lang := call.parameters.get("lang")) is not None:
        if not _LANGUAGE.match(lang):
            raise BadRequestData("broker.ngsi.bad_parameter", name="lang", wanted="vi, en-GB")
        found["lang"] = lang
    if (observed := call.parameters.get("observedAt")) is not None:
        found["observed_at"] = values.time(observed, "observedAt")
    return found


async def replace(call: Call) -> Answer:
    """CIM 009 5.6.18, 6.5.3.5."""
    parsed = await body_for(call)
    await written(call, write_of(call, "replace", parsed.id, parsed))
    return Answer()


async def delete(call: Call) -> Answer:
    """CIM 009 5.6.6, 6.5.3.2."""
    entity_id = path_id(call)
    await written(call, write_of(call, "delete", entity_id, Parsed()))
    return Answer()


async def retrieve(call: Call) -> Answer:
    """CIM 009 5.7.1, 6.5.3.1."""
    await call.read_context()
    entity_id = path_id(call)
    wanted = selection.view(call, call.parameters)
    kept = await call.store.state.entity(call.tenant, entity_id)
    if kept is None or (wanted.attrs and wanted.attrs.isdisjoint(kept.attrs)):
        raise NotFound("broker.ngsi.entity_missing", id=entity_id)
    if call.accept == GEO_JSON:
        return Answer(
            status=200, body=represent.feature(kept, call.terms, wanted, _geometry(call)), data=True
        )
    return Answer(status=200, body=represent.entity(kept, call.terms, wanted), data=True)


def _geometry(call: Call) -> str:
    named = call.parameters.get("geometryProperty")
    return call.terms.expand(named) if named else LOCATION


async def query(call: Call) -> Answer:
    """CIM 009 5.7.2, 6.4.3.2."""
    await call.read_context()
    wanted = selection.selection(call, call.parameters)
    return await shown(call, wanted, selection.view(call, call.parameters))


async def shown(call: Call, wanted: Selection, view: View) -> Answer:
    """One page of a query (6.3.10, 6.3.13)."""
    limit, offset, count = selection.page(call)
    found, total = await selection.select(call, wanted, limit, offset, count=count)
    headers = paging(call, limit, offset, more=len(found) > limit)
    if count and total is not None:
        headers["NGSILD-Results-Count"] = str(total)
    return Answer(status=200, body=rendered(call, found[:limit], view), headers=headers, data=True)


def rendered(call: Call, found: list[Entity], view: View) -> Any:
    if call.accept == GEO_JSON:
        prop = _geometry(call)
        return represent.collection([represent.feature(kept, call.terms, view, prop) for kept in found])
    return [represent.entity(kept, call.terms, view) for kept in found]


def paging(call: Call, limit: int, offset: int, *, more: bool) -> dict[str, str]:
    """The Link header with next and prev (6.3.10)."""
    links = []
    if limit and more:
        links.append(("next", offset + limit))
    if limit and offset:
        links.append(("prev", max(0, offset - limit)))
    path = quote(call.scope["path"], safe="/:")
    listed = [
        f'<{path}?{urlencode({**call.parameters, "limit": limit, "offset": at})}>;rel="{rel}";type="{call.accept}"'
        for rel, at in links
    ]
    return {"Link": ", ".join(listed)} if listed else {}


async def query_by_body(call: Call) -> Answer:
    """CIM 009 5.7.2, 6.23.3.1: the query as a document (5.2.23)."""
    document = await call.document()
    merged = query_parameters(document)
    wanted = await _selected(call, document, merged)
    return await shown(call, wanted, selection.view(call, {**call.parameters, **merged}))


def query_parameters(document: Any) -> dict[str, Any]:
    """A Query document as parameters of an address."""
    if not isinstance(document, dict) or document.get("type") != "Query":
        raise BadRequestData("broker.ngsi.bad_parameter", name="type", wanted="Query")
    merged = {
        k: v
        for k, v in document.items()
        if k in {"attrs", "q", "scopeQ", "lang", "pick", "omit", "datasetId", "expandValues"}
    }
    for name in ("geoQ", "temporalQ"):
        inner = document.get(name)
        if inner is None:
            continue
        if not isinstance(inner, dict):
            raise BadRequestData("broker.ngsi.bad_parameter", name=name, wanted="{}")
        merged.update(inner)
    for name in ("q", "scopeQ", "lang"):
        if name in merged and not isinstance(merged[name], str):
            raise BadRequestData("broker.ngsi.bad_parameter", name=name, wanted="text")
    return merged


async def _selected(call: Call, document: dict[str, Any], merged: dict[str, Any]) -> Selection:
    selectors = document.get("entities")
    if selectors is None:
        return selection.selection(call, merged)
    if not isinstance(selectors, list) or not selectors or len(selectors) > 100:
        raise BadRequestData("broker.ngsi.bad_parameter", name="entities", wanted="[{type, id, idPattern}]")
    parts = []
    for selector in selectors:
        if not isinstance(selector, dict) or not isinstance(selector.get("type"), str | list):
            raise BadRequestData(
                "broker.ngsi.bad_parameter", name="entities", wanted="[{type, id, idPattern}]"
            )
        parts.append(selector)
    if len(parts) == 1:
        one = parts[0]
        kind = one["type"] if isinstance(one["type"], str) else ",".join(map(str, one["type"]))
        head = {k: one[k] for k in ("id", "idPattern") if k in one}
        return selection.selection(call, {**merged, **head, "type": kind})
    return selection.any_of(call, merged, parts)
