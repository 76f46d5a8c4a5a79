# SPDX-License-Identifier: Apache-2.0
"""The tables of sources as the ingest and broker processes read and feed them: psycopg, no Django.

Listen on the channel `sources_changed`: it is notified, by triggers, when configuration changes or a new
device is seen; counters do not notify. Feed counters in batches, about once a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from dothi.foundation import clock
from dothi.foundation.sql import queries
from dothi.sources.core.keys import key_is_right
from dothi.sources.core.storable import cleaned

QUERIES = queries(files("dothi.sources.core").joinpath("store.sql"))
CHANNEL = "sources_changed"
KEPT_REFUSALS = 20_000
PAYLOAD_KEPT = 64_000
"""Characters of a device's last payload; one of this length was cut."""
REFUSED_KEPT = 4_000
"""Characters of a refused payload: there may be very many of them."""


class SourceRow(msgspec.Struct, kw_only=True, frozen=True):
    """A source. `scope`: of its unit, empty when it has none; `options`: of its way in."""

    id: str
    tenant: str
    slug: str
    name: str
    way: str
    period: int
    mapping: dict[str, Any]
    options: dict[str, Any]
    token_hash: str
    simulated: bool
    muted: bool
    retired: bool
    contact_name: str = ""
    contact_phone: str = ""
    scope: str = ""


class DeviceRow(msgspec.Struct, kw_only=True, frozen=True):
    """A device. `state`: waiting, accepted, muted or retired; `mapping`: its own, instead of its source's."""

    id: str
    tenant: str
    source_id: str
    key: str
    name: str
    kind: str
    entity_id: str
    entity_type: str
    unit_code: str
    state: str
    topics: list[str]
    username: str | None
    password_hash: str
    period: int
    mapping: dict[str, Any] | None
    lon: float | None
    lat: float | None
    scope: str = ""


class Seen(msgspec.Struct, kw_only=True):
    """That a device spoke: `times` messages until `at`, the last of them as text; `refused` of them not taken."""

    source_id: str
    key: str
    at: datetime
    topic: str = ""
    payload: str = ""
    times: int = 1
    refused: int = 0
    entity_id: str = ""
    entity_type: str = ""


class Refused(msgspec.Struct, kw_only=True):
    """Something that was not taken. `reason`: a code of `connectors.refused`; `detail`: what its sentence names."""

    way: str
    reason: str
    at: datetime
    detail: str = ""
    tenant: str = ""
    source_id: str = ""
    device_key: str = ""
    topic: str = ""
    payload: str = ""
    times: int = 1


def _scope(unit_id: str | None, parents: dict[str, str | None]) -> str:
    chain: list[str] = []
    while unit_id is not None and unit_id not in chain:
        chain.append(unit_id)
        unit_id = parents.get(unit_id)
    return "/" + "/".join(reversed(chain)) if chain else ""


async def _rows(connection: AsyncConnection[Any], query: str, *values: Any) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(QUERIES[query].encode(), values or None)
        return await cursor.fetchall()


async def _parents(connection: AsyncConnection[Any]) -> dict[str, str | None]:
    return {row["id"]: row["parent_id"] for row in await _rows(connection, "load_parents")}


async def load_sources(connection: AsyncConnection[Any], *, retired: bool = False) -> list[SourceRow]:
    """All sources in use, with `retired` also those that ended."""
    parents = await _parents(connection)
    rows = await _rows(connection, "load_sources", retired)
    return [SourceRow(scope=_scope(row.pop("unit_id"), parents), **row) for row in rows]


async def load_devices(connection: AsyncConnection[Any]) -> list[DeviceRow]:
    """All devices of sources in use, in every state."""
    parents = await _parents(connection)
    rows = await _rows(connection, "load_devices")
    return [DeviceRow(scope=_scope(row.pop("unit_id"), parents), **row) for row in rows]


async def verify_source_token(
    connection: AsyncConnection[Any], *, tenant: str, slug: str, token: str
) -> SourceRow | None:
    """The source when `token` is its key and it is in use; muted ones too, their readings are kept."""
    rows = await _rows(connection, "source_by_slug", tenant, slug)
    if not rows or rows[0]["retired"] or not key_is_right(token, rows[0]["token_hash"]):
        return None
    row = rows[0]
    unit_id = row.pop("unit_id")
    parents = await _parents(connection) if unit_id else {}
    return SourceRow(scope=_scope(unit_id, parents), **row)


class Link(msgspec.Struct, kw_only=True):
    """How the connection of a source to another broker fares. `state`: a code of `sources.link`."""

    source_id: str
    state: str
    at: datetime
    error: str = ""


def _clean(text: str, most: int = PAYLOAD_KEPT) -> str:
    """What a text column takes: no NUL, no lone surrogate, not too long."""
    found: str = cleaned(text[:most])
    return found


def _merged(seen: Sequence[Seen]) -> list[dict[str, Any]]:
    """One row a device: an upsert may touch a row once. Counts add up, the last payload stays."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in seen:
        key = _clean(one.key)[:200]
        row = found.setdefault(
            (one.source_id, key),
            {"source_id": one.source_id, "key": key, "times": 0, "refused": 0, "at": one.at, "topic": "",
             "payload": "", "entity_id": "", "entity_type": ""},
        )  # fmt: skip
        row["times"] += one.times
        row["refused"] += one.refused
        row["at"] = max(row["at"], one.at)
        if one.payload:
            row["topic"], row["payload"] = _clean(one.topic)[:500], _clean(one.payload)
        row["entity_id"] = one.entity_id[:400] or row["entity_id"]
        row["entity_type"] = one.entity_type[:200] or row["entity_type"]
    return [{**row, "at": clock.iso(row["at"])} for row in found.values()]


async def record_seen(connection: AsyncConnection[Any], seen: Sequence[Seen]) -> None:
    """Count what devices said; one that is not known yet waits to be accepted. In the caller's transaction."""
    if not seen:
        return
    devices = [row for row in _merged(seen) if row["key"]]
    by_source = _merged([msgspec.structs.replace(one, key="", payload="") for one in seen])
    async with connection.cursor() as cursor:
        if devices:
            await cursor.execute(QUERIES["record_seen"].encode(), [msgspec.json.encode(devices).decode()])
        await cursor.execute(
            QUERIES["record_source_seen"].encode(), [msgspec.json.encode(by_source).decode()]
        )


async def record_refusal(connection: AsyncConnection[Any], refused: Sequence[Refused]) -> None:
    """Keep what was not taken, with its reason; the newest are kept. In the caller's transaction."""
    if not refused:
        return
    rows = [
        {
            **msgspec.structs.asdict(one),
            "at": clock.iso(one.at),
            "payload": _clean(one.payload, REFUSED_KEPT),
            "detail": _clean(one.detail, 500),
            "topic": _clean(one.topic)[:500],
            "reason": _clean(one.reason)[:500],
            "device_key": _clean(one.device_key)[:200],
        }
        for one in refused
    ]
    async with connection.cursor() as cursor:
        await cursor.execute(QUERIES["record_refusal"].encode(), [msgspec.json.encode(rows).decode()])
        await cursor.execute(QUERIES["trim_refusals"].encode(), [KEPT_REFUSALS])


async def record_links(connection: AsyncConnection[Any], links: Sequence[Link]) -> None:
    """Keep how connections to other brokers fare. In the caller's transaction."""
    async with connection.cursor() as cursor:
        for link in links:
            values = [link.state[:20], _clean(link.error, 500), link.at, link.source_id]
            await cursor.execute(QUERIES["record_link"].encode(), values)
