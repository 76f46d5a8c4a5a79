# SPDX-License-Identifier: Apache-2.0
"""One record, and its way into the ledger: in the transaction of the act that it tells of."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from dothi.ledger.core import canonical
from dothi.ledger.core.sql import SQL

VERSION = 1


class Cursor(Protocol):
    """The part of a DB-API cursor that is needed here: psycopg's and Django's have it."""

    def execute(self, sql: Any, params: Any = ..., /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to which object, when. Actors and objects are `<kind>:<id>`, acts `<room>.act.<verb>`; no names of people."""

    act: str
    actor: str
    at: str
    details: dict[str, Any]
    id: str
    object: str
    tenant: str
    v: int


def body(
    *,
    actor: str,
    act: str,
    object_: str,
    at: datetime,
    details: Mapping[str, Any],
    tenant: str,
    event_id: uuid.UUID,
) -> bytes:
    """The bytes of a record that are hashed; BadRecord when there are none."""
    return canonical.encode(
        {
            "v": VERSION,
            "id": event_id,
            "at": at,
            "tenant": tenant,
            "actor": actor,
            "act": act,
            "object": object_,
            "details": dict(details),
        }
    )


def read(text: str | bytes) -> Record:
    """A record from its canonical text."""
    return msgspec.json.decode(text, type=Record)


def put(
    cursor: Cursor,
    *,
    actor: str,
    act: str,
    object_: str,
    at: datetime,
    details: Mapping[str, Any] | None = None,
    tenant: str = "",
    event_id: uuid.UUID | None = None,
) -> bool:
    """Write one record with the caller's cursor: it exists if and only if the caller's transaction commits.

    False when a record of that event id is there already; then nothing is written.
    """
    found = body(
        actor=actor,
        act=act,
        object_=object_,
        at=at,
        details=details or {},
        tenant=tenant,
        event_id=event_id or uuid.uuid4(),
    )
    cursor.execute(SQL["put"], [found.decode()])
    return cursor.fetchone() is not None
