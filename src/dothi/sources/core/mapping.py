# SPDX-License-Identifier: Apache-2.0
"""From a payload to readings, by a mapping. Pure: time and facts come as arguments.

Nothing is dropped silently: a row becomes one write, or a refusal says why it did not; single values that
cannot be kept are refused beside it.
"""

from __future__ import annotations

import functools
import re
from datetime import datetime
from typing import Any

import msgspec

from dothi.broker.model import Write
from dothi.foundation import clock
from dothi.sources.core import mapping_json, mapping_time
from dothi.sources.core.mapping_attributes import Found, Reader
from dothi.sources.core.mapping_model import Mapping, Outcome, Refusal, Target
from dothi.sources.core.mapping_names import iri, is_term, part_of_urn
from dothi.sources.core.mapping_path import MISSING, reader, topic_parts
from dothi.sources.core.mapping_problem import BadMapping, shape_problem
from dothi.sources.core.mapping_value import number_of
from dothi.sources.core.storable import is_storable

__all__ = [
    "BadMapping",
    "apply_mapping",
    "apply_rows",
    "device_of",
    "entity_of",
    "parts_of",
    "read_mapping",
    "rows_of",
]

TERMS_LIMIT = 64
"""Attribute names a device may have; a device that invents names fills the city's screens with them."""
ROWS_LIMIT = 10_000
ID_LIMIT = 512
_TEMPLATE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def read_mapping(data: Any) -> Mapping:
    """A mapping from its JSON form; BadMapping says what is wrong with it."""
    if not is_storable(data):
        raise BadMapping("characters")
    try:
        mapping = msgspec.convert(data, Mapping)
    except (msgspec.ValidationError, OverflowError) as error:
        raise shape_problem(str(error)) from error
    compiled(mapping)
    return mapping


class Compiled:
    """A mapping with its paths ready to be walked."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        for topic in [*mapping.topics, *mapping.ignore_topics]:
            topic_parts(topic, "")
        mapping_time.zone(mapping.time.zone)
        for rule in mapping.attributes:
            if not is_term(rule.term):
                raise BadMapping("term", term=rule.term)
        self.device = reader(mapping.device) if mapping.device else None
        self.rows = reader(mapping.rows) if mapping.rows else None
        self.times = [reader(path) for path in mapping.time.paths]
        self.time_formats = tuple(mapping.time.formats)
        self.latitude = reader(mapping.latitude) if mapping.latitude else None
        self.longitude = reader(mapping.longitude) if mapping.longitude else None
        self.values = Reader(mapping)


_compiled: dict[int, tuple[Mapping, Compiled]] = {}


def compiled(mapping: Mapping) -> Compiled:
    """The walkable form, made once for each mapping object."""
    found = _compiled.get(id(mapping))
    if found is None or found[0] is not mapping:
        if len(_compiled) > 4096:
            _compiled.clear()
        found = _compiled[id(mapping)] = (mapping, Compiled(mapping))
    return found[1]


def parts_of(mapping: Mapping, topic: str) -> dict[str, str] | None:
    """The named parts of a topic by the first pattern that it fits; None when it fits none.

    A mapping without topics (HTTP) takes everything.
    """
    if not mapping.topics:
        return {}
    for pattern in mapping.topics:
        if (parts := topic_parts(pattern, topic)) is not None:
            return parts
    return None


def rows_of(
    mapping: Mapping, topic: str, payload: bytes, parts: dict[str, str] | None
) -> list[Any] | Outcome:
    """The rows of a payload, or the outcome that refuses it as a whole. `parts`: of `parts_of`."""
    if parts is None or any(topic_parts(p, topic) is not None for p in mapping.ignore_topics):
        return Outcome(refusals=[Refusal(reason="topic" if parts is None else "ignored")], rows=1)
    try:
        value = _value_of(mapping, payload, parts)
    except mapping_json.BadPayload as error:
        return Outcome(refusals=[Refusal(reason=str(error))], rows=1)
    except BadMapping as error:
        return Outcome(refusals=[Refusal(reason="bad_mapping", detail=str(error))], rows=1)
    read = compiled(mapping).rows
    if read is not None:
        value = read(value)
        if value is MISSING:
            return Outcome(refusals=[Refusal(reason="no_rows", detail=mapping.rows)], rows=1)
    rows = value if isinstance(value, list) else [value]
    if not rows or len(rows) > ROWS_LIMIT:
        return Outcome(refusals=[Refusal(reason="too_many_rows" if rows else "empty")], rows=1)
    return rows


def apply_mapping(mapping: Mapping, topic: str, payload: bytes, target: Target) -> Outcome:
    """What a payload becomes. Never raises for anything that a device can send."""
    parts = parts_of(mapping, topic)
    rows = rows_of(mapping, topic, payload, parts)
    return rows if isinstance(rows, Outcome) else apply_rows(mapping, rows, target, parts)


def apply_rows(
    mapping: Mapping, rows: list[Any], target: Target, parts: dict[str, str] | None = None
) -> Outcome:
    """As `apply_mapping`, for rows that are JSON values already."""
    ready = compiled(mapping)
    outcome = Outcome(rows=max(len(rows), 1))
    if not rows or len(rows) > ROWS_LIMIT:
        return Outcome(
            refusals=[Refusal(reason="too_many_rows" if rows else "empty")], rows=max(len(rows), 1)
        )
    for number, row in enumerate(rows):
        before = len(outcome.refusals)
        write = _row(ready, row, parts or {}, target, number, outcome.refusals)
        if write is not None:
            outcome.writes.append(write)
            outcome.row_of.append(number)
        elif all(refusal.kept for refusal in outcome.refusals[before:]):
            outcome.refusals.append(Refusal(reason="empty", row=number))
    return outcome


def _value_of(mapping: Mapping, payload: bytes, parts: dict[str, str]) -> Any:
    try:
        value = mapping_json.parse(payload, repair=mapping.repair)
    except mapping_json.BadPayload as error:
        if not mapping.scalar or str(error) != "bad_json" or payload.lstrip()[:1] in {b"{", b"[", b'"'}:
            raise
        value = mapping_json.bare(payload)
    if mapping.scalar and not isinstance(value, (dict, list)):
        return {fill(mapping.scalar, parts): value}
    return value


def fill(template: str, names: dict[str, str]) -> str:
    """The template with its {names} filled in; BadMapping when one is not known."""

    def named(match: re.Match[str]) -> str:
        try:
            return names[match[1]]
        except KeyError as error:
            raise BadMapping("name", name=f"{{{match[1]}}}", template=template) from error

    return _TEMPLATE.sub(named, template)


def device_of(mapping: Mapping, row: Any, parts: dict[str, str]) -> str:
    """The device's name in the row, else in the topic; "" when neither names one."""
    ready = compiled(mapping)
    if ready.device is not None:
        name = ready.device(row)
        if isinstance(name, str) and name.strip():
            return name.strip()
        if isinstance(name, int) and not isinstance(name, bool):
            return str(name)
    return parts.get("device", "").strip()


def entity_of(mapping: Mapping, *, device: str, type_: str, source: str, parts: dict[str, str]) -> str:
    """The entity that a device's readings are told as, by the mapping's template; BadMapping when it cannot be."""
    names = {key: part_of_urn(part) for key, part in parts.items()}
    names |= {"device": part_of_urn(device), "type": type_.rpartition("/")[2], "source": part_of_urn(source)}
    return fill(mapping.entity_id, names)


@functools.lru_cache(maxsize=65536)
def _instant(text: str) -> datetime:
    return clock.parse(text)


def _row(
    ready: Compiled, row: Any, parts: dict[str, str], target: Target, number: int, refusals: list[Refusal]
) -> Write | None:
    mapping = ready.mapping
    if not isinstance(row, dict):
        refusals.append(Refusal(reason="not_an_object", row=number))
        return None
    device = target.device or device_of(mapping, row, parts)
    if not device and not target.entity_id:
        refusals.append(Refusal(reason="no_device", row=number))
        return None
    kind = target.entity_type or mapping.type
    try:
        entity = target.entity_id or entity_of(
            mapping, device=device, type_=kind, source=target.source, parts=parts
        )
    except BadMapping as error:
        refusals.append(Refusal(reason="bad_mapping", detail=str(error), row=number))
        return None
    if len(entity) > ID_LIMIT:
        refusals.append(Refusal(reason="name_too_long", row=number))
        return None
    observed = _observed(ready, row, target, number, refusals)
    if observed is None:
        return None
    found = ready.values.read(row, number, refusals)
    unit_of = _main(found, target.main_term) if target.unit_code else ""
    attrs: dict[str, dict[str, dict[str, Any] | None]] = {}
    terms = target.terms if target.terms is not None else set()
    for term, (value, unit) in found.items():
        if term not in terms:
            if len(terms) >= TERMS_LIMIT:
                refusals.append(Refusal(reason="too_many_names", detail=term, row=number))
                continue
            terms.add(term)
        instance = {"type": "Property", "value": value, "observedAt": observed}
        if unit or term == unit_of:
            instance["unitCode"] = unit or target.unit_code
        attrs[iri(term)] = {"": instance}
    if attrs and (place := _place(ready, row)) is not None:
        attrs[iri("location")] = {"": {"type": "GeoProperty", "value": place, "observedAt": observed}}
    if not attrs:
        return None
    return Write(
        verb="observe",
        id=entity,
        tenant=target.tenant,
        types=[iri(kind)],
        attrs=attrs,
        origin=target.origin,
        backfill=target.backfill,
    )


def _main(found: Found, main: str) -> str:
    """The main quantity of a device: that of its kind, else the only number that brings no unit."""
    bare = [
        term
        for term, (value, unit) in found.items()
        if not unit and isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    return main if main in bare else bare[0] if len(bare) == 1 and not main else ""


def _observed(
    ready: Compiled, row: dict[str, Any], target: Target, number: int, refusals: list[Refusal]
) -> str | None:
    rule = ready.mapping.time
    for read in ready.times:
        raw = read(row)
        if raw is MISSING or raw is None or raw == "":
            continue
        try:
            at = mapping_time.parse(raw, ready.time_formats, rule.zone)
        except mapping_time.BadTime as error:
            refusals.append(Refusal(reason=str(error), detail=str(raw)[:80], row=number))
            return None
        verdict = mapping_time.judge(at, _instant(target.now))
        if verdict is not None:
            kept = verdict == "ahead"
            refusals.append(Refusal(reason=verdict, detail=clock.iso(at), row=number, kept=kept))
            if not kept:
                return None
        return clock.iso(at)
    if rule.required:
        refusals.append(Refusal(reason="no_time", row=number))
        return None
    return target.received or target.now


def _place(ready: Compiled, row: dict[str, Any]) -> dict[str, Any] | None:
    if ready.latitude is None or ready.longitude is None:
        return None
    numbers = []
    for raw, limit in ((ready.longitude(row), 180), (ready.latitude(row), 90)):
        number = number_of(raw) if isinstance(raw, str) else raw
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not abs(number) <= limit:
            return None
        numbers.append(number)
    return {"type": "Point", "coordinates": numbers}
