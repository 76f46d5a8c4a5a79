# SPDX-License-Identifier: Apache-2.0
"""What the store needs from time to time: partitions ahead, packing, forgetting, and the outbox taken in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Protocol

import msgspec
import psycopg
from psycopg_pool import AsyncConnectionPool

from dothi.broker.model import Result, Write
from dothi.broker.store import packing
from dothi.broker.store.rows import decode
from dothi.foundation import clock, log
from dothi.foundation.errors import BadInput
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("maintenance.sql")).items()}
A_PARTITION = 1_000_000
"""Changes in one partition; the functions of migration 0001 know the same number."""
KEPT_CHANGES = timedelta(days=7)
OPEN_HISTORY = timedelta(hours=24)
KEPT_KEYS = timedelta(hours=24)
_log = log.get(__name__)


class Writer(Protocol):
    """Who takes writes."""

    async def write(self, writes: Sequence[Write]) -> list[Result]: ...


class Report(msgspec.Struct, kw_only=True):
    """What one run did."""

    partitions_made: int = 0
    partitions_dropped: int = 0
    rows_packed: int = 0
    keys_expired: int = 0


async def run(pool: AsyncConnectionPool[Any], now: datetime, *, pack: bool = True) -> Report:
    """One round of all of it; nothing when another process is at it. Call every few minutes."""
    report = Report()
    async with pool.connection() as connection:
        await connection.execute(b"SET statement_timeout = '10min'")
        try:
            held = await (await connection.execute(SQL["one_at_a_time"])).fetchone()
            if held is None or not held[0]:
                return report
            try:
                report.partitions_made = await _make_ahead(connection, now)
                report.partitions_dropped = await _drop_passed(connection, now)
                done = await connection.execute(SQL["expire_keys"], (clock.iso(now - KEPT_KEYS),))
                report.keys_expired = done.rowcount
                for name in ("forget_minutes", "forget_days"):
                    await connection.execute(SQL[name])
                if pack:
                    report.rows_packed = await packing.pack_old(connection, clock.iso(_packed_before(now)))
            finally:
                await connection.execute(SQL["let_go"])
        finally:
            await connection.execute(b"SET statement_timeout = '5s'")
    return report


def _packed_before(now: datetime) -> datetime:
    """Whole days, by Vietnam's midnight: a chunk of a few rows would cost more than the rows, and nights are quiet."""
    day = (now - OPEN_HISTORY).astimezone(clock.VIETNAM)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


async def _value(connection: psycopg.AsyncConnection[Any], query: str, *params: Any) -> Any:
    row = await (await connection.execute(SQL[query], params)).fetchone()
    return row[0] if row else None


async def _make_ahead(connection: psycopg.AsyncConnection[Any], now: datetime) -> int:
    """History for this month and the next three, changes for the next two million."""
    made = 0
    month = datetime(now.year, now.month, 1, tzinfo=UTC)
    for _ in range(4):
        following = (month + timedelta(days=32)).replace(day=1)
        name = f"history_{month:%Y_%m}"
        made += bool(
            await _value(connection, "make_history_partition", name, clock.iso(month), clock.iso(following))
        )
        month = following
    number = int(await _value(connection, "change_number"))
    for ahead in range(number, number + 3):
        made += bool(await _value(connection, "make_change_partition", ahead))
    return made


async def _drop_passed(connection: psycopg.AsyncConnection[Any], now: datetime) -> int:
    """Drop partitions of changes that every reader has passed, or whose newest change is older than 7 days."""
    current = int(await _value(connection, "change_number"))
    slowest = await _value(connection, "slowest_cursor")
    dropped = 0
    for (number,) in await (await connection.execute(SQL["change_partitions"])).fetchall():
        if number >= current:
            break
        end = (number + 1) * A_PARTITION
        newest = await _value(connection, "newest_change", number * A_PARTITION, end)
        passed = slowest is not None and slowest >= end - 1
        if passed or newest is None or newest < now - KEPT_CHANGES:
            dropped += bool(await _value(connection, "drop_change_partition", number))
    await connection.execute(SQL["trim_default"], (clock.iso(now - KEPT_CHANGES),))
    return dropped


async def expire_entities(pool: AsyncConnectionPool[Any], writer: Writer, now: datetime) -> int:
    """Delete entities whose expiresAt has passed, as writes: readers hear of it (CIM 009 4.22)."""
    async with pool.connection() as connection:
        rows = await (await connection.execute(SQL["expire_entities"], (clock.iso(now),))).fetchall()
    at = clock.iso(now)
    writes = [Write(verb="expire", id=r[1], tenant=r[0], expires_at=at, origin="expired") for r in rows]
    # Who was given more time since the look, or was deleted, is left alone.
    results = await writer.write(writes) if writes else []
    return sum(result.status == "deleted" for result in results)


def _write_of(event: str, tenant: str, topic: str, payload: str) -> Write:
    """The write that an event of the outbox asks for, idempotent by the event's id."""
    key = f"outbox:{event}"
    if topic == "entity.delete":
        return Write(verb="delete", id=str(decode(payload)["id"]), tenant=tenant, key=key, origin=key)
    asked = msgspec.json.decode(payload, type=Write)
    return msgspec.structs.replace(asked, tenant=tenant, key=key, origin=key)


async def drain_outbox(pool: AsyncConnectionPool[Any], writer: Writer, *, most: int = 500) -> int:
    """Take in the next events of the outbox in order; how many. An event that can never be written becomes a dead letter."""
    async with pool.connection() as connection:
        rows = await (await connection.execute(SQL["outbox"], (most,))).fetchall()
    writes, done = [], []
    dead: list[tuple[str, str]] = []
    for number, event, tenant, topic, payload in rows:
        done.append(number)
        if topic not in {"entity.observe", "entity.delete"}:
            dead.append((f"unknown topic {topic}", payload))
            continue
        try:
            writes.append((_write_of(event, tenant, topic, payload), payload))
        except (msgspec.MsgspecError, KeyError, TypeError) as error:
            dead.append((str(error), payload))
    if writes:
        try:
            results = await writer.write([write for write, _ in writes])
        except BadInput as error:
            results = [Result(status="refused", detail=str(error))]
        dead += [
            (result.detail or "", payload)
            for result, (_, payload) in zip(results, writes, strict=True)
            if result.status == "refused"
        ]
    if done:
        async with pool.connection() as connection, connection.transaction():
            for reason, payload in dead:
                _log.warning("event of the outbox refused", reason=reason)
                await connection.execute(SQL["dead_letter"], (reason, payload))
            await connection.execute(SQL["forget_event"], (done,))
    return len(done)
