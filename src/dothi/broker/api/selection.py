# SPDX-License-Identifier: Apache-2.0
"""What a query asks for: filters, page and form, from the address or from a Query body (CIM 009 5.2.23, 6.4.3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from dothi.broker.api.request import GEO_JSON, Call
from dothi.broker.model import Entity
from dothi.broker.ngsi import geo, query
from dothi.broker.ngsi.compile import compile_query
from dothi.broker.ngsi.condition import Condition, every, some
from dothi.broker.ngsi.context import Terms
from dothi.broker.ngsi.faults import BadRequestData, TooManyResults
from dothi.broker.ngsi.represent import Form, View
from dothi.broker.ngsi.scopes import compile_scopes
from dothi.broker.ngsi.values import is_uri

CANDIDATES = 10_000
"""Entities whose shapes are tested exactly in one geo-query."""
_MEMBERS = frozenset({"id", "type", "scope", "createdAt", "modifiedAt", "expiresAt"})
_TYPE = re.compile(r"[^|,;()]+")


class Selection(msgspec.Struct, kw_only=True):
    """`condition`: on id, types and scopes; `values`: q, on the attributes `named`."""

    ids: list[str] | None = None
    id_pattern: str | None = None
    types: list[str] | None = None
    attrs: list[str] | None = None
    condition: Condition | None = None
    values: Condition | None = None
    named: frozenset[str] = frozenset()
    area: geo.GeoQuery | None = None

    def whole(self) -> Condition | None:
        """The condition on the head and the one on the values as one."""
        parts = [c for c in (self.condition, self.values) if c is not None]
        return every(parts) if parts else None


def view(call: Call, parameters: Mapping[str, Any], *, project: bool = True) -> View:
    """The form of an answer: options, format, lang, attrs, pick, omit, datasetId."""
    chosen = call.options
    form: Form = "concise" if "concise" in chosen else "normalized"
    if chosen & {"keyValues", "simplified"}:
        form = "simplified"
    if chosen & {"keyValues", "simplified"} and "concise" in chosen:
        raise BadRequestData("broker.ngsi.parameters_together", one="concise", other="simplified")
    if parameters.get("geometryProperty") is not None and call.accept != GEO_JSON:
        raise BadRequestData(
            "broker.ngsi.bad_parameter", name="geometryProperty", wanted=f"Accept: {GEO_JSON}"
        )
    pick, omit = names(parameters, "pick", call.terms), names(parameters, "omit", call.terms)
    attrs = names(parameters, "attrs", call.terms) if project else None
    datasets = items(parameters, "datasetId")
    lang = parameters.get("lang")
    return View(
        form=form,
        sys_attrs="sysAttrs" in chosen,
        lang=lang if isinstance(lang, str) and lang else None,
        attrs=frozenset(attrs) if attrs else None,
        pick=frozenset(pick) if pick else None,
        omit=frozenset(omit or ()),
        datasets=frozenset(datasets) if datasets else None,
    )


def items(parameters: Mapping[str, Any], name: str) -> list[str]:
    value = parameters.get(name)
    if value is None:
        return []
    listed = value.split(",") if isinstance(value, str) else value
    if (
        not isinstance(listed, list)
        or len(listed) > 1000
        or not all(isinstance(i, str) and i.strip() for i in listed)
    ):
        raise BadRequestData("broker.ngsi.bad_parameter", name=name, wanted="a,b,c")
    return [item.strip() for item in listed]


def names(parameters: Mapping[str, Any], name: str, terms: Terms) -> list[str]:
    return [
        item if item in _MEMBERS and name != "attrs" else terms.expand(item)
        for item in items(parameters, name)
    ]


def page(call: Call) -> tuple[int, int, bool]:
    """(limit, offset, count) of 6.3.10 and 6.3.13; limit 0 only together with count."""
    count = flag(call, "count")
    limit = _number(call, "limit", call.limits.page, call.limits.most)
    if limit == 0 and not count:
        raise BadRequestData("broker.ngsi.bad_parameter", name="limit", wanted="1, 2, 3 …")
    return limit, _number(call, "offset", 0, 100_000_000), count


def flag(call: Call, name: str) -> bool:
    value = call.parameters.get(name, "false").lower()
    if value not in {"true", "false"}:
        raise BadRequestData("broker.ngsi.bad_parameter", name=name, wanted="true, false")
    return value == "true"


def _number(call: Call, name: str, default: int, most: int) -> int:
    text = call.parameters.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) > most:
        raise BadRequestData("broker.ngsi.bad_parameter", name=name, wanted=f"0 … {most}")
    return int(text)


def types(text: str, terms: Terms) -> tuple[list[str] | None, Condition | None]:
    """The type selection language (4.17): a plain list for the index, or a condition."""
    if ";" not in text and "(" not in text:
        return [terms.expand(name.strip()) for name in re.split(r"[|,]", text)], None
    reader = _Types(text, terms)
    return None, reader.whole()


class _Types:
    def __init__(self, text: str, terms: Terms) -> None:
        self.text = text
        self.terms = terms
        self.at = 0
        self.count = 0

    def whole(self) -> Condition:
        found = self.any_of(0)
        if self.at < len(self.text):
            raise self.wrong()
        return found

    def wrong(self) -> BadRequestData:
        return BadRequestData("broker.ngsi.bad_parameter", name="type", wanted="A,B   (A;B)|C")

    def any_of(self, depth: int) -> Condition:
        parts = [self.all_of(depth)]
        while self.text[self.at : self.at + 1] in {"|", ","}:
            self.at += 1
            parts.append(self.all_of(depth))
        return some(parts)

    def all_of(self, depth: int) -> Condition:
        parts = [self.one(depth)]
        while self.text[self.at : self.at + 1] == ";":
            self.at += 1
            parts.append(self.one(depth))
        return every(parts)

    def one(self, depth: int) -> Condition:
        self.count += 1
        if depth > 16 or self.count > 200:
            raise self.wrong()
        if self.text[self.at : self.at + 1] == "(":
            self.at += 1
            found = self.any_of(depth + 1)
            if self.text[self.at : self.at + 1] != ")":
                raise self.wrong()
            self.at += 1
            return found
        name = _TYPE.match(self.text, self.at)
        if name is None:
            raise self.wrong()
        self.at = name.end()
        return Condition("%s = ANY(types)", (self.terms.expand(name.group().strip()),))


def selection(call: Call, parameters: Mapping[str, Any]) -> Selection:
    """The filters of a query; BadRequestData when there is none (5.7.2.4)."""
    terms = call.terms
    found = Selection()
    conditions: list[Condition] = []
    found.ids = items(parameters, "id") or None
    if found.ids and not all(map(is_uri, found.ids)):
        raise BadRequestData("broker.ngsi.bad_parameter", name="id", wanted="URI")
    if parameters.get("idPattern") is not None:
        found.id_pattern = query.checked_pattern(str(parameters["idPattern"]))
    if parameters.get("type") is not None:
        found.types, condition = types(str(parameters["type"]), terms)
        conditions += [condition] if condition else []
    found.attrs = names(parameters, "attrs", terms) or None
    if parameters.get("q") is not None:
        expand = frozenset(items(parameters, "expandValues"))
        tree = query.parse(str(parameters["q"]))
        found.values = compile_query(tree, terms, expand_values=expand)
        found.named = frozenset(terms.expand(name) for name in query.names(tree))
    if parameters.get("scopeQ") is not None:
        conditions.append(compile_scopes(str(parameters["scopeQ"])))
    found.area = geo.parse(parameters, terms)
    found.condition = every(conditions) if conditions else None
    everything = call.parameters.get("local") == "true" or parameters.get("pick") or found.id_pattern
    if not (found.ids or found.types or found.attrs or found.whole() or found.area or everything):
        raise BadRequestData("broker.ngsi.no_filter")
    return found


async def select(
    call: Call, wanted: Selection, limit: int, offset: int, *, count: bool
) -> tuple[list[Entity], int | None]:
    """One page (and one entity more, which tells that there is a next page) and the count."""
    filters: dict[str, Any] = {
        "ids": wanted.ids,
        "id_pattern": wanted.id_pattern,
        "types": wanted.types,
        "attrs": wanted.attrs,
        "condition": wanted.whole(),
    }
    area = wanted.area
    if area is None:
        return await call.store.query(call.tenant, **filters, limit=limit + 1, offset=offset, count=count)
    near = area.box() if area.property.endswith("/location") else None
    found, _ = await call.store.query(call.tenant, **filters, bbox=near, limit=CANDIDATES + 1)
    if len(found) > CANDIDATES:
        raise TooManyResults("broker.ngsi.geo_many", most=CANDIDATES)
    met = [entity for entity in found if area.matches(entity)]
    return met[offset : offset + limit + 1], len(met)


def any_of(call: Call, parameters: Mapping[str, Any], selectors: list[dict[str, Any]]) -> Selection:
    """Several entity selectors: one condition each, joined by OR (5.2.33)."""
    parts = []
    for selector in selectors:
        kind = selector["type"] if isinstance(selector["type"], str) else ",".join(map(str, selector["type"]))
        listed, condition = types(kind, call.terms)
        every_part = [condition] if condition else [Condition("types && %s", (listed,))]
        ids = items(selector, "id")
        if ids:
            every_part.append(Condition("id = ANY(%s)", (ids,)))
        elif selector.get("idPattern") is not None:
            every_part.append(Condition("id ~ %s", (query.checked_pattern(str(selector["idPattern"])),)))
        parts.append(every(every_part))
    # A filter of its own keeps the rule that a query needs one; the selectors are added to it.
    found = selection(call, {**parameters, "idPattern": "."})
    found.id_pattern = None
    found.condition = every([some(parts), *([found.condition] if found.condition else [])])
    return found
