# SPDX-License-Identifier: Apache-2.0
"""The shape in which screens get entities: short terms, few letters, pure functions."""

from __future__ import annotations

from typing import Any

from dothi.broker.grading import FOUND
from dothi.broker.model import Entity, Instance, term

FIELDS = {
    "name": "name",
    "source": "source",
    "reportingPeriod": "period",
    "contactPoint": "contact",
    "simulated": "simulated",
    "status": "status",
}
"""Attributes that describe the thing rather than measure it, and where they stand in the shape."""

_VALUE_KEYS = ("value", "object", "languageMap", "vocab", "json", "valueList", "objectList")


def value_of(instance: Instance) -> Any:
    """The value of an attribute of any type."""
    return next((instance[key] for key in _VALUE_KEYS if key in instance), None)


def default_instance(instances: dict[str, Any]) -> Instance | None:
    """The instance without datasetId, else the first; None when all are deleted."""
    found = instances.get("") or next((one for one in instances.values() if one), None)
    return found if isinstance(found, dict) else None


def _measured(instance: Instance) -> dict[str, Any]:
    shaped: dict[str, Any] = {"v": value_of(instance), "t": instance.get("type", "Property")}
    for short, long in (("u", "unitCode"), ("o", "observedAt"), ("m", "modifiedAt")):
        if instance.get(long):
            shaped[short] = instance[long]
    if FOUND in instance:
        shaped["f"] = instance[FOUND]
    return shaped


def _position(instance: Instance) -> dict[str, Any]:
    value = value_of(instance)
    if not isinstance(value, dict):
        return {}
    coordinates = value.get("coordinates")
    if value.get("type") == "Point" and isinstance(coordinates, list) and len(coordinates) >= 2:
        if not all(isinstance(one, int | float) for one in coordinates[:2]):
            return {}
        return {"lon": coordinates[0], "lat": coordinates[1]}
    return {"geometry": value}


def attributes(attrs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Fields and measured attributes of some attributes; a deleted one is None."""
    shaped: dict[str, Any] = {}
    measured: dict[str, Any] = {}
    for iri, instances in attrs.items():
        name = term(iri)
        instance = default_instance(instances)
        if name == "location":
            shaped.update(_position(instance) if instance else {"lon": None, "lat": None})
        elif name in FIELDS:
            shaped[FIELDS[name]] = value_of(instance) if instance else None
        else:
            measured[name] = _measured(instance) if instance else None
    shaped["attrs"] = measured
    return shaped


def entity(one: Entity) -> dict[str, Any]:
    """The whole entity as screens get it."""
    shaped = attributes(dict(one.attrs))
    shaped["attrs"] = {name: value for name, value in shaped["attrs"].items() if value is not None}
    shaped.update(id=one.id, type=term(one.types[0]) if one.types else "", scope=one.scopes)
    return shaped
