# SPDX-License-Identifier: Apache-2.0
"""The table of addresses: path, method, handler and the operation that a key must allow (CIM 009 6.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from dothi.broker.api import attributes, batch, discovery, entities, evolution, temporal
from dothi.broker.api.answer import Answer
from dothi.broker.api.request import Call

Handler = Callable[[Call], Awaitable[Answer]]


class Route(msgspec.Struct, frozen=True):
    """`operation`: what the principal must be allowed; there is no public address here."""

    path: str
    method: str
    handler: Handler
    operation: str


ROUTES = (
    Route("entities", "POST", entities.create, "write"),
    Route("entities", "GET", entities.query, "read"),
    Route("entities/{id}", "GET", entities.retrieve, "read"),
    Route("entities/{id}", "DELETE", entities.delete, "write"),
    Route("entities/{id}", "PATCH", entities.merge, "write"),
    Route("entities/{id}", "PUT", entities.replace, "write"),
    Route("entities/{id}/attrs", "POST", attributes.append, "write"),
    Route("entities/{id}/attrs", "PATCH", attributes.update, "write"),
    Route("entities/{id}/attrs/{attr}", "PATCH", attributes.partial, "write"),
    Route("entities/{id}/attrs/{attr}", "PUT", attributes.replace, "write"),
    Route("entities/{id}/attrs/{attr}", "DELETE", attributes.delete, "write"),
    Route("entityOperations/create", "POST", batch.create, "write"),
    Route("entityOperations/upsert", "POST", batch.upsert, "write"),
    Route("entityOperations/update", "POST", batch.update, "write"),
    Route("entityOperations/merge", "POST", batch.merge, "write"),
    Route("entityOperations/delete", "POST", batch.delete, "write"),
    Route("entityOperations/query", "POST", entities.query_by_body, "read"),
    Route("temporal/entities", "POST", temporal.create, "write"),
    Route("temporal/entities", "GET", evolution.query, "read"),
    Route("temporal/entities/{id}", "GET", evolution.retrieve, "read"),
    Route("temporal/entities/{id}", "DELETE", temporal.delete, "write"),
    Route("temporal/entities/{id}/attrs", "POST", temporal.append, "write"),
    Route("temporal/entityOperations/query", "POST", evolution.query_by_body, "read"),
    Route("types", "GET", discovery.types, "read"),
    Route("types/{name}", "GET", discovery.one_type, "read"),
    Route("attributes", "GET", discovery.attributes, "read"),
    Route("attributes/{name}", "GET", discovery.one_attribute, "read"),
)

_FIXED: dict[str, dict[str, Route]] = {}
for _route in ROUTES:
    _FIXED.setdefault(_route.path, {})[_route.method] = _route


def find(path: str) -> tuple[dict[str, Route], dict[str, str]] | None:
    """The routes of a raw path below the prefix, by method, and the parts it names."""
    found = _FIXED.get(path)
    if found is not None and "{" not in path:
        return found, {}
    parts = path.split("/")
    head = 2 if parts[0] == "temporal" else 1
    if len(parts) <= head or not parts[head]:
        return None
    name = "{id}" if parts[head - 1] == "entities" else "{name}"
    shape = [*parts[:head], name, *parts[head + 1 :]]
    values = {name[1:-1]: parts[head]}
    if len(parts) == head + 3:
        shape[-1] = "{attr}"
        values["attr"] = parts[-1]
    found = _FIXED.get("/".join(shape))
    return (found, values) if found is not None else None
