# SPDX-License-Identifier: Apache-2.0
"""Attributes from the one that stands and what a client sent: partial update (5.5.8) and merge (5.5.12), pure."""

from __future__ import annotations

from typing import Any

import msgspec

from dothi.broker.model import IMPLIED, Entity, Instance, Write
from dothi.broker.ngsi.kinds import PLAIN, VALUE_OF
from dothi.broker.ngsi.values import is_uri

HIGH_WATER = "~hw"
NULL = "urn:ngsi-ld:null"
UPKEEP = frozenset({"createdAt", "modifiedAt", HIGH_WATER, "~q", "~f", "~t"})
_READING = frozenset({"type", "value", "unitCode", "observedAt"})
_DEEP = frozenset({"value", "json", "languageMap"})
"""Members whose objects a merge goes into; a geometry is taken whole."""


class Misfit(Exception):
    """What was sent cannot become part of the attribute. `key`: a sentence; `about`: its values."""

    def __init__(self, key: str, **about: str) -> None:
        super().__init__(key)
        self.key = key
        self.about = about


def partial(name: str, old: Instance, given: Instance) -> Instance:
    """The members given take the place of those that stand, whole; null removes one (5.5.8, 5.6.4)."""
    found = _members(old)
    for key, value in _typed(name, old, given, None).items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = value
    return found


def whole(entity: Entity, write: Write) -> Write:
    """A merge or an update with every instance as it is to be kept."""
    if write.verb == "update" and all(_is_reading(i) for d in write.attrs.values() for i in d.values()):
        return write
    attrs = {
        attr: {
            dataset: None
            if given is None
            else _whole(attr, entity.attrs.get(attr, {}).get(dataset), given, write)
            for dataset, given in instances.items()
        }
        for attr, instances in write.attrs.items()
    }
    return msgspec.structs.replace(write, attrs=attrs)


def _is_reading(given: Instance | None) -> bool:
    """The usual reading of a sensor, or nothing: already as it is to be kept."""
    return given is None or (
        _READING.issuperset(given)
        and given.get("type") == "Property"
        and given.get("value") is not None
        and None not in (given.get("unitCode", ""), given.get("observedAt", ""))
    )


def _whole(attr: str, old: Instance | None, given: Instance, write: Write) -> Instance:
    if old is None or write.verb == "update":
        return _complete(attr, given, deep=write.verb == "merge")
    if write.observed_at is not None and "observedAt" in old:
        given = {"observedAt": write.observed_at, **given}
    return _merged(old, _typed(attr, old, given, write.lang))


def _members(instance: Instance) -> Instance:
    return {k: v for k, v in instance.items() if k not in UPKEEP}


def _typed(name: str, old: Instance, given: Instance, lang: str | None) -> Instance:
    """What was given as the type that stands: it may not change, and a bare value takes it over (5.6.4.4, 5.6.17.4)."""
    kind = old["type"]
    found = {k: v for k, v in given.items() if k != IMPLIED}
    if found.get("type", kind) == kind:
        return found
    member = _member_for(kind, found["value"], lang) if IMPLIED in given and "value" in found else None
    if member is None:
        raise Misfit("broker.ngsi.type_fixed", name=name, type=kind)
    value = found.pop("value")
    return {**found, "type": kind, member: {lang: value} if kind == "LanguageProperty" else value}


def _member_for(kind: str, value: Any, lang: str | None) -> str | None:
    """The member that takes a bare value in an attribute of this type; None when it does not fit."""
    items = value if isinstance(value, list) else [value]
    fits = {
        "Property": True,
        "LanguageProperty": lang is not None and all(isinstance(item, str) for item in items),
        "Relationship": bool(items) and all(map(is_uri, items)),
        "ListRelationship": isinstance(value, list) and all(map(is_uri, items)),
        "ListProperty": isinstance(value, list),
        "JsonProperty": isinstance(value, dict | list),
    }
    return VALUE_OF[kind] if fits.get(kind) else None


def _merged(old: Instance, given: Instance) -> Instance:
    found = _members(old)
    for key, value in given.items():
        if value is None or value == NULL:
            found.pop(key, None)
        elif key in _DEEP and old["type"] != "GeoProperty":
            found[key] = _patched(old.get(key), value)
        elif key in PLAIN or isinstance(value, list):
            found[key] = value
        elif isinstance(before := old.get(key), dict):
            found[key] = _merged(before, _typed(key, before, value, None))
        else:
            found[key] = _complete(key, value, deep=True)
    return found


def _complete(name: str, given: Instance, *, deep: bool) -> Instance:
    """A new instance from a fragment, without its nulls; Misfit when it has no type or no value."""
    kind = given.get("type", "")
    member = VALUE_OF.get(kind)
    if member is None or member not in given:
        raise Misfit("broker.ngsi.no_value", member=name, value=member or "value")
    found: Instance = {}
    for key, value in given.items():
        if value is None or key == IMPLIED:
            continue
        if key in PLAIN or isinstance(value, list):
            found[key] = _patched(None, value) if deep and key in _DEEP and kind != "GeoProperty" else value
        else:
            found[key] = _complete(key, value, deep=deep)
    return found


def _patched(old: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7396) with NGSI-LD's null (CIM 009 5.5.12)."""
    if not isinstance(patch, dict):
        return patch
    found = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None or value == NULL:
            found.pop(key, None)
        else:
            found[key] = _patched(found.get(key), value)
    return found
