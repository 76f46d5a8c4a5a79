# SPDX-License-Identifier: Apache-2.0
"""The outbox: what a Django room says to the broker, written in the caller's own transaction.

A reader in the ingest process hands each row to its receiver once or more, in order of id; receivers are
idempotent by event id (house decision 12). The table belongs to the broker's migrations (schema `outbox`).
"""

from __future__ import annotations

import uuid
from importlib.resources import files
from typing import Any, Protocol

import msgspec

from dothi.foundation.sql import queries

QUERIES = queries(files("dothi.foundation").joinpath("outbox.sql"))


class Cursor(Protocol):
    """The part of a DB-API cursor that is needed here."""

    def execute(self, sql: str, params: Any = ..., /) -> Any: ...


def put(
    cursor: Cursor, *, tenant: str, topic: str, payload: Any, event_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Write one event with the caller's cursor; it exists if and only if the caller's transaction commits.

    Topics in use: `entity.observe` (payload: a `broker.model.Write` as JSON), `entity.delete` ({"id": ...}).
    """
    event = event_id or uuid.uuid4()
    cursor.execute(QUERIES["put"], [str(event), tenant, topic, msgspec.json.encode(payload).decode()])
    return event
