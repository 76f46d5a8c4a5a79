# SPDX-License-Identifier: Apache-2.0
"""Records as pages show them: newest first, each with its leaf, its checkpoint, and whether its text still fits."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from dothi.foundation import clock
from dothi.ledger import rules
from dothi.ledger.core import record, store
from dothi.ledger.core.sql import SQL
from dothi.ledger.people import people

KINDS = ("account", "source", "device", "key", "file", "unit", "demo")
"""Kinds of objects that may be left out when searching; the statement has a range for each."""
_END = "\U0010ffff"


class Row(msgspec.Struct, kw_only=True):
    """One record with its proof. `state`: waiting, numbered, signed, or broken when text and leaf differ."""

    record: record.Record
    at: datetime
    who: str
    number: int | None
    size: int | None
    signed_at: datetime | None
    state: str
    cursor: str


class Search(msgspec.Struct, kw_only=True, frozen=True):
    """What is looked for. `since`, `until`: from (inclusive) to (exclusive); `after`: `Row.cursor` of the last row seen."""

    actor: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""


def _actors(words: str) -> list[str] | None:
    if not words:
        return None
    return [words, f"account:{words}", *people().search(words)]


def _objects(words: str) -> dict[str, Any]:
    """Objects that begin with the words, with or without their kind: ranges, which an index can answer."""
    begins = [words, *(f"{kind}:{words}" for kind in KINDS)]
    ranges = {f"from_{n}": begin for n, begin in enumerate(begins)}
    ranges |= {f"below_{n}": begin + _END for n, begin in enumerate(begins)}
    return {"all_objects": not words, **ranges}


def _place(after: str) -> tuple[str, int]:
    at, _, number = after.rpartition("/")
    return (at, int(number)) if at and number.isdigit() and len(number) < 19 else (_END, 2**62)


def _state(body: str, hash_: bytes | None, size: int | None) -> str:
    if hash_ is None:
        return "waiting"
    if rules.leaf_hash(body.encode()) != bytes(hash_):
        return "broken"
    return "numbered" if size is None else "signed"


def rows(search: Search, *, most: int) -> list[Row]:
    """Up to `most` records of the tenant that was entered, newest first: one statement, and one for names."""
    before_at, before_id = _place(search.after)
    values: dict[str, Any] = {
        "actors": _actors(search.actor),
        **_objects(search.object),
        "since": clock.iso(search.since) if search.since else "",
        "until": clock.iso(search.until) if search.until else _END,
        "before_at": before_at,
        "before_id": before_id,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL["page"], values)
        found = [(record.read(row[1]), row) for row in cursor.fetchall()]
    names = people().names({one.actor for one, _ in found})
    return [_row(one, row, names) for one, row in found]


def _row(one: record.Record, row: tuple[Any, ...], names: dict[str, str]) -> Row:
    record_id, body, number, hash_, size, signed_at = row
    return Row(
        record=one,
        at=clock.parse(one.at),
        who=names.get(one.actor, ""),
        number=number,
        size=size,
        signed_at=clock.parse(signed_at) if signed_at else None,
        state=_state(body, hash_, size),
        cursor=f"{one.at}/{record_id}",
    )


class Standing(msgspec.Struct):
    """The ledger as a whole. `witnesses`: names of those who cosigned the newest checkpoint."""

    size: int
    newest: store.Signed | None
    key: str


def standing() -> Standing:
    with connection.cursor() as cursor:
        keys = store.keys(cursor)
        return Standing(store.size(cursor), store.newest(cursor), keys[-1].text if keys else "")


class Proof(msgspec.Struct, kw_only=True):
    """That one record stands in the ledger. `path` is empty until a checkpoint holds it: then `number` or `size` is None."""

    record: str
    number: int | None
    size: int | None
    signed_at: datetime | None
    note: str
    path: list[bytes]


def proof_of(event_id: uuid.UUID) -> Proof | None:
    """The proof of the record of an event of the tenant that was entered."""
    with connection.cursor() as cursor:
        cursor.execute(SQL["of_event"], [str(event_id)])
        row = cursor.fetchone()
        if row is None:
            return None
        _, body, number, _, size, signed_at, note = row
        path = store.inclusion(cursor, leaf=number, count=size)[1] if size is not None else []
    at = clock.parse(signed_at) if signed_at else None
    return Proof(record=body, number=number, size=size, signed_at=at, note=note or "", path=path)


def newest_note() -> str:
    with connection.cursor() as cursor:
        return store.newest_note(cursor)


def inclusion(*, leaf: int, size: int) -> tuple[bytes, list[bytes]]:
    with connection.cursor() as cursor:
        return store.inclusion(cursor, leaf=leaf, count=size)


def consistency(*, old: int, new: int) -> list[bytes]:
    with connection.cursor() as cursor:
        return store.consistency(cursor, old=old, new=new)


def signing_keys() -> list[str]:
    """Verifier keys, the one in use last."""
    with connection.cursor() as cursor:
        return [key.text for key in store.keys(cursor)]


def entries(*, first: int, last: int) -> list[tuple[int, bytes, str | None]]:
    """Leaves with their records; None where the record is of another tenant."""
    with connection.cursor() as cursor:
        cursor.execute(SQL["entries"], [first, last])
        return [(number, bytes(hash_), body) for number, hash_, body in cursor.fetchall()]


def about(object_: str, *, act: str, most: int) -> list[record.Record]:
    """The newest records of one act on one object, of the tenant that was entered."""
    with connection.cursor() as cursor:
        cursor.execute(SQL["about"], [object_, act, most])
        return [record.read(body) for (body,) in cursor.fetchall()]


def by_actor(actor: str) -> list[record.Record]:
    """All that one actor did, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(SQL["by_actor"], [actor])
        return [record.read(body) for (body,) in cursor.fetchall()]


def count_by_actor(actor: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SQL["count_by_actor"], [actor])
        (count,) = cursor.fetchone() or (0,)
    return int(count)
