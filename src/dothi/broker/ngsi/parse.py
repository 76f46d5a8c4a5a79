# SPDX-License-Identifier: Apache-2.0
"""Entities and attributes as clients write them, normalized or concise, into what the store keeps (CIM 009 4.5)."""

from __future__ import annotations

from typing import Any

import msgspec

from dothi.broker import grading
from dothi.broker.model import IMPLIED, Instance
from dothi.broker.ngsi import values
from dothi.broker.ngsi.context import CORE_TERMS, Terms
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.kinds import ENTITY_PLAIN, PLAIN, SYSTEM, TIMES, TYPE_OF, VALUE_OF, VALUES

ATTRIBUTES = 1000
"""Attributes of one entity, and instances of one attribute, in one request."""

NULLS, MEMBERS, DEEP = 1, 2, 64
"""How far down a body may be a fragment (`patch`): 1, an attribute may be null (5.6.2); 2, its members may be null or
missing (5.6.4); all the way (5.6.17). 0: nowhere."""

_READING = frozenset({"type", "value", "unitCode", "observedAt"})
_SIMPLE = frozenset({int, float, bool})
_GIVEN_TIMES = tuple(key for key in TIMES if key not in SYSTEM)

Wanted = dict[str, dict[str, Instance | None]]


class Parsed(msgspec.Struct, kw_only=True):
    """One entity of a request body; `attrs` holds None where something is to be deleted."""

    id: str = ""
    types: list[str] = []
    scopes: list[str] | None = None
    attrs: Wanted = {}
    expires_at: str | None = None


def entity(
    body: Any, terms: Terms, *, patch: int = 0, typed: bool = True, simplified: bool = False
) -> Parsed:
    """An entity. `patch`: a fragment where urn:ngsi-ld:null deletes. `simplified`: bare values (4.5.4)."""
    if not isinstance(body, dict):
        raise InvalidRequest("broker.ngsi.not_an_object")
    found = Parsed(attrs=attributes(body, terms, patch=patch, simplified=simplified))
    given = body.get("id", body.get("@id"))
    if given is not None or not patch:
        found.id = values.entity_id(given)
    kind = body.get("type", body.get("@type"))
    if kind is not None or (typed and not patch):
        found.types = types(kind, terms)
    if "scope" in body:
        found.scopes = [] if _is_null(body["scope"]) and patch else values.scopes(body["scope"])
    if "expiresAt" in body:
        removes = patch and _is_null(body["expiresAt"])
        found.expires_at = values.NULL if removes else values.time(body["expiresAt"], "expiresAt")
    return found


def types(value: Any, terms: Terms) -> list[str]:
    names = value if isinstance(value, list) else [value]
    if not names or len(names) > 50 or not all(isinstance(name, str) and name for name in names):
        raise BadRequestData("broker.ngsi.bad_type")
    return list(dict.fromkeys(terms.expand(name) for name in names))


def attributes(body: dict[str, Any], terms: Terms, *, patch: int = 0, simplified: bool = False) -> Wanted:
    """Every attribute of a body, by IRI and datasetId."""
    if len(body) > ATTRIBUTES:
        raise BadRequestData("broker.ngsi.many_attributes", most=ATTRIBUTES)
    found: Wanted = {}
    for name, value in body.items():
        if name in ENTITY_PLAIN:
            continue
        iri = terms.expand(name)
        if iri in found:
            raise BadRequestData("broker.ngsi.attribute_twice", member=name[:80])
        found[iri] = simple(name, value, terms) if simplified else instances(name, value, terms, patch=patch)
    return found


def simple(name: str, value: Any, terms: Terms) -> dict[str, Instance | None]:
    """Instances of an attribute in the simplified representation (4.5.4), the types concluded from the values."""
    if _is_null(value):
        return {"": None}
    if isinstance(value, dict) and len(value) == 1:
        member, inner = next(iter(value.items()))
        if member == "dataset" and isinstance(inner, dict):
            return {
                key: one for part, bare in inner.items() for key, one in _simple_part(name, part, bare, terms)
            }
        if member in TYPE_OF and member != "object":
            return {"": instance(name, value, terms, patch=DEEP)}
    return {"": _concise(name, value, patch=DEEP)}


def _simple_part(name: str, part: str, value: Any, terms: Terms) -> list[tuple[str, Instance | None]]:
    dataset = _dataset(name, {"datasetId": part}).get("datasetId", "")
    return [(dataset, one) for one in simple(name, value, terms).values()]


def instances(name: str, value: Any, terms: Terms, *, patch: int = 0) -> dict[str, Instance | None]:
    """Instances of one attribute by datasetId ("" is the default instance)."""
    if (
        type(value) is dict
        and value.get("type") == "Property"
        and type(value.get("value")) in _SIMPLE
        and _READING.issuperset(value)
    ):
        return {"": _reading(name, value)}
    found: dict[str, Instance | None] = {}
    for item in instance_list(name, value, terms, patch=patch):
        dataset = "" if item is None else item.pop("datasetId", "")
        if dataset in found:
            raise BadRequestData("broker.ngsi.dataset_twice", member=name[:80])
        found[dataset] = None if item is None or item.get("type") == values.NULL else item
    return found


def _reading(name: str, value: dict[str, Any]) -> Instance:
    """The usual reading of a sensor, which needs none of the general rules."""
    found: Instance = {"type": "Property", "value": value["value"]}
    _plain(name, value, found, CORE_TERMS, patch=0)
    return found


def instance_list(name: str, value: Any, terms: Terms, *, patch: int = 0) -> list[Instance | None]:
    """Instances in the order given, with their datasetId inside: what temporal bodies carry."""
    if isinstance(value, list) and value and all(_is_attribute(item) for item in value):
        if len(value) > ATTRIBUTES:
            raise BadRequestData("broker.ngsi.many_attributes", most=ATTRIBUTES)
        return [instance(name, item, terms, patch=patch) for item in value]
    if _is_null(value):
        if patch:
            return [None]
        raise BadRequestData("broker.ngsi.null_value", member=name[:80])
    return [instance(name, value, terms, patch=patch)]


def instance(name: str, value: Any, terms: Terms, *, patch: int = 0, depth: int = 0) -> Instance:
    """One instance, sub-attributes expanded. Under `patch`, type "urn:ngsi-ld:null" means: delete it."""
    loose = patch >= MEMBERS
    if depth > 8:
        raise BadRequestData("broker.ngsi.too_deep", depth=8)
    if not isinstance(value, dict) or not (_is_attribute(value) or (loose and _is_fragment(value))):
        return _concise(name, value, patch=patch)
    kind = _type(name, value, loose=loose)
    found: Instance = {"type": kind} if kind else {}
    if loose and kind and "type" not in value and "@type" not in value:
        found[IMPLIED] = True
    member = VALUE_OF.get(kind or "")
    if member and member in value:
        if _deletes(value[member]):
            if not patch:
                raise BadRequestData("broker.ngsi.null_value", member=name[:80])
            return {"type": values.NULL, **_dataset(name, value)}
        found[member] = _checked(name, kind or "", value[member], terms)
    elif member and not loose:
        raise BadRequestData("broker.ngsi.no_value", member=name[:80], value=member)
    _plain(name, value, found, terms, patch=patch)
    for key, sub in value.items():
        if key in PLAIN or key[:1] == "@" or (key == "value" and member != "value"):
            continue
        iri = terms.expand(key)
        if iri == grading.QUALITY and not depth:
            iri = grading.CLAIMED
        found[iri] = _sub(f"{name}.{key}", sub, terms, patch=max(0, patch - 1), depth=depth + 1)
    return found


def _sub(name: str, value: Any, terms: Terms, *, patch: int, depth: int) -> Any:
    if isinstance(value, list) and value and all(_is_attribute(item) for item in value):
        return [instance(name, item, terms, patch=patch, depth=depth) for item in value]
    if _is_null(value):
        if patch:
            return None
        raise BadRequestData("broker.ngsi.null_value", member=name[:80])
    found = instance(name, value, terms, patch=patch, depth=depth)
    return None if found.get("type") == values.NULL else found


def _is_attribute(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    kind = value.get("type", value.get("@type"))
    if isinstance(kind, str):
        return kind in VALUE_OF or (kind not in values.GEOMETRIES and "value" in value)
    return not VALUES.isdisjoint(value)


def _is_fragment(value: dict[str, Any]) -> bool:
    return "type" not in value and (
        not PLAIN.isdisjoint(value)
        or (bool(value) and all(_is_attribute(item) or _is_null(item) for item in value.values()))
    )


def _is_null(value: Any) -> bool:
    return value is None or value == values.NULL


def _deletes(value: Any) -> bool:
    return _is_null(value) or value in ({"@none": values.NULL}, [values.NULL])


def _concise(name: str, value: Any, *, patch: int) -> Instance:
    """A bare value (CIM 009 4.5.2.3): a geometry is a GeoProperty, anything else a Property."""
    implied = {IMPLIED: True} if patch >= MEMBERS else {}
    if values.is_geometry(value):
        values.geometry(value, name[:80])
        return {"type": "GeoProperty", "value": value, **implied}
    return {"type": "Property", "value": value, **implied}


def _type(name: str, value: dict[str, Any], *, loose: bool) -> str | None:
    kind = value.get("type", value.get("@type"))
    if kind is None:
        for member, implied in TYPE_OF.items():
            if member in value:
                return implied
        if "value" in value:
            return "GeoProperty" if values.is_geometry(value["value"]) else "Property"
        if loose:
            return None
    if not isinstance(kind, str) or kind not in VALUE_OF:
        raise BadRequestData("broker.ngsi.bad_attribute_type", member=name[:80], type=str(kind)[:80])
    others = VALUES & value.keys() - {VALUE_OF[kind]}
    if others:
        raise BadRequestData("broker.ngsi.wrong_member", member=name[:80], type=kind, other=min(others))
    return kind


def _checked(name: str, kind: str, value: Any, terms: Terms) -> Any:
    """The value member of a type, in the form that is kept."""
    ok = True
    if kind == "GeoProperty":
        values.geometry(value, name[:80])
    elif kind == "Relationship":
        ok = values.is_uri(value) or (
            isinstance(value, list) and bool(value) and all(map(values.is_uri, value))
        )
    elif kind == "LanguageProperty":
        ok = isinstance(value, dict) and all(
            isinstance(text, str) or (isinstance(text, list) and all(isinstance(t, str) for t in text))
            for text in value.values()
        )
    elif kind == "VocabProperty":
        names = value if isinstance(value, list) else [value]
        ok = bool(names) and all(isinstance(item, str) and item for item in names)
        if ok:
            value = [terms.expand(item) for item in names] if isinstance(value, list) else terms.expand(value)
    elif kind == "JsonProperty":
        ok = isinstance(value, dict | list)
    elif kind in {"ListProperty", "ListRelationship"}:
        ok = isinstance(value, list)
        if ok and kind == "ListRelationship":
            value = [
                item["object"] if isinstance(item, dict) and len(item) == 1 and "object" in item else item
                for item in value
            ]
            ok = all(map(values.is_uri, value))
    if not ok:
        raise BadRequestData("broker.ngsi.bad_value", member=name[:80], type=kind)
    return value


def _dataset(name: str, value: dict[str, Any]) -> dict[str, str]:
    dataset = value.get("datasetId")
    if dataset is None or dataset == "@none":
        return {}
    if not values.is_uri(dataset):
        raise BadRequestData("broker.ngsi.bad_dataset", member=name[:80])
    return {"datasetId": dataset}


def _plain(name: str, value: dict[str, Any], found: Instance, terms: Terms, *, patch: int) -> None:
    if "datasetId" in value:
        found.update(_dataset(name, value))
    for key in _GIVEN_TIMES:
        if key in value and not _is_null(value[key]):
            found[key] = values.time(value[key], f"{name[:60]}.{key}")
        elif key in value and patch >= MEMBERS:
            found[key] = None
    if "unitCode" in value:
        unit = value["unitCode"]
        if unit is not None and not (isinstance(unit, str) and 0 < len(unit) <= 100):
            raise BadRequestData("broker.ngsi.bad_unit", member=name[:80])
        if not _is_null(unit) or patch >= MEMBERS:
            found["unitCode"] = None if _is_null(unit) else unit
    if "objectType" in value and found.get("type") in {"Relationship", "ListRelationship"}:
        kinds = types(value["objectType"], terms)
        found["objectType"] = kinds if isinstance(value["objectType"], list) else kinds[0]
