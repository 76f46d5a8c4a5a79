# SPDX-License-Identifier: Apache-2.0
"""Entities as clients read them: normalized, concise, simplified and GeoJSON (CIM 009 4.5, 4.5.16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from dothi.broker import grading
from dothi.broker.model import Entity, Instance
from dothi.broker.ngsi.context import Terms
from dothi.broker.ngsi.kinds import PLAIN, SYSTEM, TIMES, VALUE_OF
from dothi.broker.ngsi.values import is_geometry

Form = Literal["normalized", "concise", "simplified"]


class View(msgspec.Struct, kw_only=True, frozen=True):
    """How to show entities. `pick`, `omit` and `attrs` hold IRIs, or the members id, type and scope."""

    form: Form = "normalized"
    sys_attrs: bool = False
    lang: str | None = None
    attrs: frozenset[str] | None = None
    pick: frozenset[str] | None = None
    omit: frozenset[str] = frozenset()
    datasets: frozenset[str] | None = None


def short_time(text: str) -> str:
    """`2026-11-23T10:00:00Z` for a kept time: no zeros that nobody sent."""
    return text[:-1].rstrip("0").rstrip(".") + "Z" if len(text) == 27 and text[-1] == "Z" else text


def entity(kept: Entity, terms: Terms, view: View) -> dict[str, Any]:
    """One entity in the wanted form; without the key @context, which the caller adds for ld+json."""
    head: dict[str, Any] = {"id": kept.id, "type": one_or_many([terms.compact(t) for t in kept.types])}
    if kept.scopes:
        head["scope"] = one_or_many(kept.scopes)
    if kept.expires_at:
        head["expiresAt"] = short_time(kept.expires_at)
    if view.sys_attrs:
        head["createdAt"] = short_time(kept.created_at)
        head["modifiedAt"] = short_time(kept.modified_at)
    found = {
        member: value
        for member, value in head.items()
        if (view.pick is None or member in view.pick) and member not in view.omit
    }
    for iri, instances in kept.attrs.items():
        if not shown(iri, view):
            continue
        value = attribute(instances, terms, view)
        if value is not None:
            found[terms.compact(iri)] = value
    return found


def shown(iri: str, view: View) -> bool:
    return (
        (view.attrs is None or iri in view.attrs)
        and (view.pick is None or iri in view.pick)
        and iri not in view.omit
    )


def attribute(instances: Mapping[str, Instance], terms: Terms, view: View) -> Any:
    """All wanted instances of one attribute; None when no instance is wanted."""
    wanted = {
        dataset: instance
        for dataset, instance in instances.items()
        if view.datasets is None or (dataset or "@none") in view.datasets
    }
    if not wanted:
        return None
    if view.form == "simplified":
        plain = {dataset: simplified(instance, terms, view) for dataset, instance in wanted.items()}
        if set(plain) == {""}:
            return plain[""]
        return {"dataset": {dataset or "@none": value for dataset, value in plain.items()}}
    listed = [one(instance, terms, view, dataset) for dataset, instance in wanted.items()]
    return one_or_many(listed)


def one(instance: Instance, terms: Terms, view: View, dataset: str = "") -> Any:
    """One instance, normalized or concise, names compacted."""
    kind = instance["type"]
    member = VALUE_OF[kind]
    value = _value(instance, terms)
    if kind == "LanguageProperty" and view.lang is not None:
        kind, member = "Property", "value"
        value, chosen = _translated(value, view.lang)
    else:
        chosen = None
    found: dict[str, Any] = {"type": kind, member: value}
    if chosen is not None:
        found["lang"] = chosen
    if dataset:
        found["datasetId"] = dataset
    for key in instance:
        if key in found or key[0] == "~" or key == VALUE_OF[instance["type"]]:
            continue
        if key in PLAIN:
            if key not in SYSTEM or view.sys_attrs:
                found[key] = _plain(key, instance[key], terms)
        else:
            found[terms.compact(key)] = _sub(instance[key], terms, view)
    if (quality := grading.shown(instance)) is not None:
        found[terms.compact(grading.QUALITY)] = (
            {"value": quality["value"]} if view.form == "concise" else quality
        )
    if view.form == "concise":
        return _concise(found, kind, value)
    return found


def _sub(value: Any, terms: Terms, view: View) -> Any:
    if isinstance(value, list):
        return [one(item, terms, view, item.get("datasetId", "")) for item in value]
    return one(value, terms, view, value.get("datasetId", ""))


def _plain(key: str, value: Any, terms: Terms) -> Any:
    if key in TIMES and isinstance(value, str):
        return short_time(value)
    if key == "objectType":
        return [terms.compact(v) for v in value] if isinstance(value, list) else terms.compact(value)
    return value


def _concise(found: dict[str, Any], kind: str, value: Any) -> Any:
    """Without what a reader can tell from the rest (CIM 009 4.5.2.3, 4.5.3.3)."""
    is_object = isinstance(value, dict | list)
    if len(found) == 2 and (kind == "GeoProperty" or (kind == "Property" and not is_object)):
        return value
    # A Property that holds a geometry would be read back as a GeoProperty.
    if not (kind == "Property" and is_geometry(value)):
        del found["type"]
    return found


def _value(instance: Instance, terms: Terms) -> Any:
    value = instance.get(VALUE_OF[instance["type"]])
    if instance["type"] == "VocabProperty":
        return [terms.compact(v) for v in value] if isinstance(value, list) else terms.compact(str(value))
    return value


def _translated(languages: Any, wanted: str) -> tuple[Any, str | None]:
    """The text in the best language of an Accept-Language-like list (CIM 009 4.15)."""
    if not isinstance(languages, dict) or not languages:
        return languages, None
    choices = []
    for part in wanted.split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            choices.append((-float(weight or 1), name.strip().lower()))
        except ValueError:
            continue
    lowered = {key.lower(): key for key in languages}
    for _, name in sorted(choices):
        for code in (name, name.split("-")[0]):
            if code in lowered:
                return languages[lowered[code]], lowered[code]
        if name == "*":
            break
    key = next((k for k in ("@none", "en") if k in languages), next(iter(languages)))
    return languages[key], None if key == "@none" else key


def simplified(instance: Instance, terms: Terms, view: View) -> Any:
    kind = instance["type"]
    value = _value(instance, terms)
    if kind == "LanguageProperty":
        return _translated(value, view.lang)[0] if view.lang is not None else {"languageMap": value}
    if kind == "VocabProperty":
        return {"vocab": value}
    if kind == "JsonProperty":
        return {"json": value}
    if kind == "ListProperty":
        return {"valueList": value}
    if kind == "ListRelationship":
        return {"objectList": value}
    return value


def one_or_many(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items


def feature(kept: Entity, terms: Terms, view: View, geometry_property: str) -> dict[str, Any]:
    """A GeoJSON Feature (CIM 009 4.5.16.1); geometry null when the entity has none of that name."""
    properties = entity(kept, terms, view)
    identity = properties.pop("id", kept.id)
    instances = kept.attrs.get(geometry_property, {})
    chosen = instances.get("") or next(iter(instances.values()), None)
    is_geo = chosen is not None and chosen.get("type") == "GeoProperty"
    shape = chosen["value"] if is_geo and chosen is not None else None
    return {"id": identity, "type": "Feature", "geometry": shape, "properties": properties}


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
