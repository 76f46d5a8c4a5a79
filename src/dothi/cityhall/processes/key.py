# SPDX-License-Identifier: Apache-2.0
"""Makes, lists and revokes keys of machines, for `dothi key`."""

from __future__ import annotations

import sys
from typing import Any

import psycopg

from dothi.broker import door
from dothi.foundation import clock
from dothi.foundation.settings import load
from dothi.ledger.core.record import put as record

OPERATIONS = ("read", "write", "ingest", "admin")


def _id_of(text: str) -> str:
    return text.removeprefix("dothi_").split("_")[0]


def _recorded(cursor: Any, act: str, key_id: str, **details: Any) -> None:
    """In the transaction of the act. What a key is for may name a person and stays out."""
    record(cursor, actor="operator:key", act=act, object_=f"key:{key_id}", at=clock.now(), details=details)


def main(arguments: list[str]) -> int:
    act, *rest = arguments
    with psycopg.connect(load().database_url) as connection, connection.cursor() as cursor:
        if act == "create":
            note, wanted, tenant = rest
            operations = [word.strip() for word in wanted.split(",") if word.strip()]
            unknown = [word for word in operations if word not in OPERATIONS]
            if unknown or not operations:
                print(f"{wanted!r}: choose of {', '.join(OPERATIONS)}", file=sys.stderr)  # noqa: T201 - the terminal
                return 2
            token = door.create_key(cursor, tenant=tenant, operations=operations, note=note)
            _recorded(cursor, "cityhall.act.key_made", _id_of(token), operations=operations, of=tenant)
            print(token)  # noqa: T201 - the answer
        elif act == "revoke":
            door.revoke_key(cursor, key_id=_id_of(rest[0]))
            if cursor.rowcount:
                _recorded(cursor, "cityhall.act.key_revoked", _id_of(rest[0]))
        else:
            for key in door.list_keys(cursor):
                ended = f"revoked {clock.iso(key.revoked_at)}" if key.revoked_at else "valid"
                print(f"{key.id}  {','.join(key.operations):<12} {ended:<8} {key.tenant} {key.note}")  # noqa: T201 - same
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
