# SPDX-License-Identifier: Apache-2.0
"""How an attribute instance becomes a history row and back: a number in the usual unit is a number alone."""

from __future__ import annotations

from typing import Any

import msgspec

from dothi.broker.model import Instance

_PLAIN = frozenset(
    {"type", "value", "unitCode", "observedAt", "createdAt", "modifiedAt", "~hw", "~now", "datasetId"}
)
_LEFT_OUT = frozenset({"observedAt", "createdAt", "modifiedAt", "~hw", "~now"})
_EXACT = 2**53
DELETED = "~deleted"
encode = msgspec.json.encode
decode = msgspec.json.decode


def number_of(instance: Instance) -> float | None:
    """The value when it is a number that a double keeps exactly."""
    value = instance.get("value")
    if type(value) is float:
        return value
    if type(value) is int and -_EXACT < value < _EXACT:
        return float(value)
    return None


def pack(instance: Instance, unit: str | None) -> tuple[float | None, str | None]:
    """(num, body as JSON text or None) of an instance in a series whose usual unit is `unit`."""
    num = number_of(instance)
    if (
        num is not None
        and instance.get("type") == "Property"
        and instance.get("unitCode") == unit
        and _PLAIN.issuperset(instance)
    ):
        return num, None
    return num, encode({k: v for k, v in instance.items() if k not in _LEFT_OUT}).decode()


def unpack(num: float | None, body: Any, unit: str | None) -> Instance:
    """The instance without its times; `body` is JSON text, an object or None."""
    if body is not None:
        found: Instance = decode(body) if isinstance(body, (str, bytes)) else dict(body)
        return found
    assert num is not None
    instance: Instance = {"type": "Property", "value": int(num) if num.is_integer() else num}
    if unit is not None:
        instance["unitCode"] = unit
    return instance
