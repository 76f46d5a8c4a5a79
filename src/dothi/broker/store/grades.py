# SPDX-License-Identifier: Apache-2.0
"""The history of grades: a row when a letter of a series changes, and drops for whoever follows them.

A follower keeps the id of the last drop that it has dealt with (`ChangeLog.keep_cursor`); ids rise in the order of commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import msgspec
import psycopg
from psycopg_pool import AsyncConnectionPool

from dothi.broker.store.window import moment
from dothi.foundation import clock
from dothi.foundation.grade import DIMENSIONS, Grade, Reason
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("grades.sql")).items()}
Series = tuple[str, str, str]
"""Tenant, id of the entity, short name of the attribute."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A grade that became another. `letters`: sufficient, trustworthy, timely; `was`: the overall letter before."""

    id: int
    tenant: str
    entity: str
    attr: str
    at: datetime
    letters: str
    was: str | None
    method: str
    reasons: tuple[Reason, ...]

    @property
    def overall(self) -> str:
        """The worst letter."""
        return max(self.letters)


def letters(grade: Grade) -> str:
    """The letters of a grade in the order of DIMENSIONS: "ACB"."""
    return "".join(grade.letter(dimension) for dimension in DIMENSIONS)


async def keep(pool: AsyncConnectionPool[Any], grades: Sequence[tuple[Series, Grade]], at: datetime) -> int:
    """Write down those grades whose letters are others than before; how many. Nothing while another process is at it."""
    async with pool.connection() as connection, connection.transaction():
        held = await (await connection.execute(SQL["one_at_a_time"])).fetchone()
        if held is None or not held[0]:
            return 0
        await connection.execute(SQL["forget_gone"])
        found = await (await connection.execute(SQL["now"])).fetchall()
        before = {(str(r[0]), str(r[1]), str(r[2])): str(r[3]) for r in found}
        rows = [
            _row(series, grade, before.get(series, ""))
            for series, grade in grades
            if before.get(series) != letters(grade)
        ]
        if rows:
            await _write(connection, rows, at)
    return len(rows)


def _row(series: Series, grade: Grade, was: str) -> tuple[str, ...]:
    reasons = [
        {"dimension": one.dimension, "letter": one.letter, "key": one.key, "values": dict(one.values)}
        for one in grade.reasons
    ]
    return (
        *series,
        letters(grade),
        max(was, default=""),
        grade.method,
        msgspec.json.encode(reasons).decode(),
    )


async def _write(
    connection: psycopg.AsyncConnection[Any], rows: Sequence[tuple[str, ...]], at: datetime
) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    await connection.execute(SQL["change"], (*columns, clock.iso(at)))
    await connection.execute(SQL["tell"])


async def history(
    pool: AsyncConnectionPool[Any], series: Series, until: datetime, most: int = 100
) -> list[Change]:
    """Changes of one grade up to an instant, newest first."""
    async with pool.connection() as connection:
        rows = await (await connection.execute(SQL["history"], (*series, clock.iso(until), most))).fetchall()
    return [_change(row) for row in rows]


async def drops(pool: AsyncConnectionPool[Any], after: int, most: int = 1000) -> list[Change]:
    """Grades of all tenants that fell, with an id over `after`, oldest first; a first grade is no fall."""
    async with pool.connection() as connection:
        rows = await (await connection.execute(SQL["drops"], (after, most))).fetchall()
    return [_change(row) for row in rows]


def _change(row: Sequence[Any]) -> Change:
    return Change(
        id=row[0], tenant=row[1], entity=row[2], attr=row[3], at=moment(row[4]), letters=row[5], was=row[6],
        method=row[7], reasons=msgspec.json.decode(row[8], type=tuple[Reason, ...]),
    )  # fmt: skip


async def erase(
    connection: psycopg.AsyncConnection[Any], tenant: int, ids: Sequence[str], start: str
) -> None:
    """Remove the grades of entities, by id or by how the id starts, in the caller's transaction."""
    for name in ("erase_history", "erase_now"):
        await connection.execute(SQL[name], (tenant, list(ids), start))
