# SPDX-License-Identifier: Apache-2.0
"""Keys of machines, whom they belong to, and what there is to limit them to; a constant number of statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
from django.db import connection

from dothi.broker import door as broker
from dothi.broker.door import KeyRow
from dothi.identity.errors import NoSuchKey
from dothi.identity.models import Account, Organisation, ServiceAccount
from dothi.identity.queries.rights import units

OWNERS = 500
"""Officers that a form lists; programs and organisations are listed all."""

_scope: list[Callable[[str], str]] = [lambda unit: f"/{unit}"]


class Owners(msgspec.Struct, frozen=True):
    """Whom a key may belong to, as (text id, name)."""

    programs: list[tuple[str, str]]
    organisations: list[tuple[str, str]]
    officers: list[tuple[str, str]]


def set_scopes(of_unit: Callable[[str], str]) -> None:
    """Called once, when the city is wired: the scope path of a unit (`/hue/thuan-hoa`)."""
    _scope[0] = of_unit


def scope_of(unit: str) -> str:
    """The scope path of a unit in the broker."""
    return _scope[0](unit)


def keys() -> list[KeyRow]:
    """All keys of the tenant, newest first; those that were revoked at the end."""
    with connection.cursor() as cursor:
        found = broker.list_keys(cursor)
    newest_first = reversed(found)
    return sorted(newest_first, key=lambda row: row.revoked_at is not None)


def keys_of(owner: str) -> list[KeyRow]:
    """The keys that an account, program or organisation answers for and that still work."""
    return [row for row in keys() if row.owner == owner and row.revoked_at is None]


def key(key_id: str) -> KeyRow:
    """One key; NoSuchKey."""
    with connection.cursor() as cursor:
        found = broker.list_keys(cursor, key_id=key_id.replace("\x00", ""))
    if not found:
        raise NoSuchKey
    return found[0]


def days(key_id: str) -> list[tuple[date, int, int]]:
    """(day, requests, refusals) of the last thirty days of use, newest first."""
    with connection.cursor() as cursor:
        return broker.key_days(cursor, key_id=key_id)


def types() -> list[str]:
    """Types (IRIs) that entities of the city have."""
    with connection.cursor() as cursor:
        return broker.types_there(cursor)


def attributes() -> list[str]:
    """Attributes (IRIs) that entities of the city have or had."""
    with connection.cursor() as cursor:
        return broker.attributes_there(cursor)


def scopes() -> list[tuple[str, str]]:
    """(scope path, name) of the units of today, those below indented."""
    return [(_scope[0](unit), name) for unit, name in units().choices()]


def owners() -> Owners:
    """Those that there are today."""
    programs = ServiceAccount.objects.filter(ended_at__isnull=True).order_by("name")
    bodies = Organisation.objects.filter(ended_on__isnull=True).order_by("name")
    officers = Account.objects.filter(is_active=True).exclude(role="resident").order_by("name")
    return Owners(
        programs=[(f"service:{p.pk}", p.name) for p in programs],
        organisations=[(f"organisation:{o.pk}", o.name) for o in bodies],
        officers=[(f"account:{a.pk}", a.name) for a in officers[:OWNERS]],
    )


def is_owner(owner: str) -> bool:
    """Whether a text id stands for somebody who is there."""
    kind, _, id_ = owner.partition(":")
    if kind == "service":
        return ServiceAccount.objects.filter(pk=id_, ended_at__isnull=True).exists()
    if kind == "organisation":
        return Organisation.objects.filter(pk=id_, ended_on__isnull=True).exists()
    return kind == "account" and Account.objects.filter(pk=id_, is_active=True).exists()


def owner_names(ids: list[str]) -> dict[str, str]:
    """Today's names of owners, former ones too; one statement for each kind."""
    wanted: dict[str, list[str]] = {}
    for owner in ids:
        kind, _, id_ = owner.partition(":")
        wanted.setdefault(kind, []).append(id_)
    found: dict[str, str] = {}
    for kind, model in (("service", ServiceAccount), ("organisation", Organisation), ("account", Account)):
        if kind in wanted:
            rows = model.objects.filter(pk__in=wanted[kind]).values_list("pk", "name")
            found |= {f"{kind}:{pk}": name for pk, name in rows}
    return found
