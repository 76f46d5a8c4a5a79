# SPDX-License-Identifier: Apache-2.0
"""Makes, lists and revokes keys of machines, for `dothi key`."""

from __future__ import annotations

import ipaddress
import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

import psycopg

from dothi.broker import door
from dothi.broker.door import KeyRow, Terms
from dothi.broker.ngsi.context import CORE_TERMS
from dothi.foundation import clock
from dothi.foundation.settings import load
from dothi.ledger.core.record import put as record


def _id_of(text: str) -> str:
    return text.removeprefix("dothi_").split("_")[0]


def _recorded(cursor: Any, act: str, key_id: str, **details: Any) -> None:
    """In the transaction of the act. What a key is for may name a person and stays out."""
    record(cursor, actor="operator:key", act=act, object_=f"key:{key_id}", at=clock.now(), details=details)


def _end(day: str | None) -> datetime | None:
    """The first instant after the day, in Vietnam."""
    if not day:
        return None
    end = datetime.combine(date.fromisoformat(day), time(), clock.VIETNAM) + timedelta(days=1)
    if end <= clock.now():
        raise ValueError(f"{day} is over")
    return end


def _scope(path: str) -> str:
    if not path.startswith("/") or not path.strip("/") or "//" in path:
        raise ValueError(f"{path!r}: a scope is written /hue/ward-a")
    return path.rstrip("/")


def _quota(number: int | None) -> int | None:
    if number is not None and not 0 < number <= 1_000_000_000:
        raise ValueError(f"{number}: a quota is 1 or more")
    return number


def terms_of(note: str, operations: str, limits: dict[str, Any]) -> Terms:
    """The terms of a key as typed; ValueError tells what is wrong."""
    words = [word.strip() for word in operations.split(",") if word.strip()]
    if not words or set(words) - set(door.OPERATIONS):
        raise ValueError(f"{operations!r}: choose of {', '.join(door.OPERATIONS)}")
    if not note.strip():
        raise ValueError("say what the key is for")
    addresses = [str(ipaddress.ip_network(a, strict=False)) for a in limits.get("addresses") or ()]
    return Terms(
        operations=words,
        note=note.strip()[:300],
        owner=limits.get("owner") or "",
        types=[CORE_TERMS.expand(name) for name in limits.get("type") or ()] or None,
        attrs=[CORE_TERMS.expand(name) for name in limits.get("attribute") or ()] or None,
        scopes=[_scope(path) for path in limits.get("scope") or ()] or None,
        expires_at=_end(limits.get("until")),
        per_minute=_quota(limits.get("per_minute")),
        per_day=_quota(limits.get("per_day")),
        addresses=addresses or None,
    )


def _add(cursor: Any, note: str, operations: str, tenant: str, limits: str = "{}") -> int:
    try:
        terms = terms_of(note, operations, json.loads(limits))
    except ValueError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the terminal
        return 2
    token = door.make_key(cursor, tenant=tenant, terms=terms)
    assert token is not None
    told = {name: value for name, value in _limits(terms).items() if value is not None}
    _recorded(cursor, "cityhall.act.key_made", _id_of(token), operations=terms.operations, of=tenant, **told)
    print(token)  # noqa: T201 - the answer
    return 0


def _limits(terms: Terms | KeyRow) -> dict[str, Any]:
    ends = None if terms.expires_at is None else clock.iso(terms.expires_at)
    addresses = len(terms.addresses) if terms.addresses else None
    return {
        "types": terms.types, "attrs": terms.attrs, "scopes": terms.scopes, "ends": ends,
        "per_minute": terms.per_minute, "per_day": terms.per_day, "addresses": addresses,
    }  # fmt: skip


def _line(key: KeyRow) -> str:
    standing = "valid"
    if key.revoked_at:
        standing = f"revoked {clock.iso(key.revoked_at)}"
    elif key.expires_at and key.expires_at <= clock.now():
        standing = f"ended {clock.iso(key.expires_at)}"
    limits = " ".join(f"{n}={_plain(v)}" for n, v in _limits(key).items() if v is not None)
    used = clock.iso(key.last_used) if key.last_used else "never"
    today = f"{key.requests} today, {key.refusals} refused"
    start = f"{key.id}  {','.join(key.operations):<12} {standing:<8} {key.tenant} {key.note}"
    return f"{start}  [{key.owner or '-'}] used {used} ({today}) {limits}".rstrip()


def _plain(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def main(arguments: list[str]) -> int:
    act, *rest = arguments
    with psycopg.connect(load().database_url) as connection, connection.cursor() as cursor:
        if act in {"add", "create"}:
            return _add(cursor, *rest)
        if act == "revoke":
            door.revoke_key(cursor, key_id=_id_of(rest[0]))
            if cursor.rowcount:
                _recorded(cursor, "cityhall.act.key_revoked", _id_of(rest[0]))
        else:
            for key in door.list_keys(cursor):
                print(_line(key))  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
