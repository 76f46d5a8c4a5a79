# SPDX-License-Identifier: Apache-2.0
"""Keys of machines are made, changed and revoked. They stand in a table of the broker (house decision 13)."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from dothi.broker import door as broker
from dothi.broker.door import Terms
from dothi.foundation import clock
from dothi.identity.errors import KeyMadeBefore, NoSuchKey, RefusedForm
from dothi.identity.queries import key as keys
from dothi.identity.rules import key as rules
from dothi.ledger.door import note


def _checked(terms: Terms) -> None:
    wrong = rules.problems(terms, clock.now())
    if terms.owner and not keys.is_owner(terms.owner):
        wrong["owner"] = "identity.key.owner_missing"
    if wrong:
        raise RefusedForm(wrong)


def _told(terms: Terms) -> dict[str, Any]:
    """What the ledger keeps of the terms: the purpose is in words of people and may name one."""
    ends = None if terms.expires_at is None else clock.iso(terms.expires_at)
    return {
        "operations": terms.operations,
        "owner": terms.owner,
        "types": terms.types,
        "attrs": terms.attrs,
        "scopes": terms.scopes,
        "ends": ends,
        "per_minute": terms.per_minute,
        "per_day": terms.per_day,
        "addresses": len(terms.addresses or ()),
    }


@transaction.atomic
def make_key(*, terms: Terms, number: str, tenant: str = "") -> str:
    """Make a key of this number; the token is returned once. RefusedForm; KeyMadeBefore when the form came twice."""
    _checked(terms)
    with connection.cursor() as cursor:
        token = broker.make_key(cursor, tenant=tenant, terms=terms, number=number)
    if token is None:
        raise KeyMadeBefore
    note("identity.act.key_made", f"key:{number}", tenant=tenant, **_told(terms))
    return token


@transaction.atomic
def change_key(*, key_id: str, terms: Terms, tenant: str = "") -> None:
    """Give a key other terms; RefusedForm; NoSuchKey when there is none that still works."""
    _checked(terms)
    with connection.cursor() as cursor:
        if not broker.change_key(cursor, key_id=key_id, terms=terms):
            raise NoSuchKey
    note("identity.act.key_changed", f"key:{key_id}", tenant=tenant, **_told(terms))


@transaction.atomic
def revoke_key(*, key_id: str, tenant: str = "") -> None:
    """Stop a key for good; a second time nothing happens. NoSuchKey."""
    if keys.key(key_id).revoked_at is not None:
        return
    with connection.cursor() as cursor:
        broker.revoke_key(cursor, key_id=key_id)
    note("identity.act.key_revoked", f"key:{key_id}", tenant=tenant)
