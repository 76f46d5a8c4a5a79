# SPDX-License-Identifier: Apache-2.0
"""What an actor may do now, from posts, grants and delegations; kept by the process until rights change."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings

from dothi.foundation import clock
from dothi.identity.models import Account, Delegation, Grant, Post, RightsEdition, ServiceAccount
from dothi.identity.queries import position
from dothi.identity.reach import entered
from dothi.identity.rules.permission import EVERYWHERE, Granted, Rights, Units, delegated

KEPT = 5000
"""Accounts whose rights a process remembers."""


class Alone:
    """Units of a city that nobody told of: each stands for itself."""

    def above(self, unit: str, /) -> frozenset[str]:
        return frozenset({unit})

    def below(self, unit: str, /) -> frozenset[str]:
        return frozenset({unit})

    def choices(self) -> list[tuple[str, str]]:
        return []


_units: list[Callable[[], Units]] = [Alone]


def set_units(units: Callable[[], Units]) -> None:
    """Called once, when the city is wired: identity and places stand on one floor and do not know each other."""
    _units[0] = units


def units() -> Units:
    """The tree of today."""
    return _units[0]()


def edition(tenant: str) -> str:
    """The mark of all rights of a tenant, in one statement; empty before the first change."""
    return RightsEdition.objects.filter(pk=tenant).values_list("mark", flat=True).first() or ""


class _Shelf:
    """Grants by actor, for one edition of the tenant's rights."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, str], tuple[Granted, ...]] = OrderedDict()

    def get(self, key: tuple[str, str, str], make: Callable[[], tuple[Granted, ...]]) -> tuple[Granted, ...]:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = make()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


_SHELF = _Shelf()


def rights_of(actor: str, *, tenant: str = "") -> Rights:
    """The rights of `account:<id>` or `service:<id>`; of anybody else none. Two statements, one when remembered."""
    mark = edition(tenant)
    key = (str(settings.DATABASES["default"].get("NAME", "")), f"{tenant}/{mark}", actor)
    granted = _SHELF.get(key, lambda: tuple(granted_to(actor))) if mark else tuple(granted_to(actor))
    return Rights(granted, functools.cache(units))


def granted_to(actor: str) -> list[Granted]:
    """All grants of an actor, those to come and those that ended, too; read from the store."""
    kind, _, id_ = actor.partition(":")
    with entered(EVERYWHERE):  # how far one may look is found here
        own = _own(kind, id_)
        return own + _taken(id_) if kind == "account" else own


def _own(kind: str, id_: str) -> list[Granted]:
    if kind == "account":
        rows = list(Post.objects.filter(account_id=id_, account__is_active=True).order_by("pk"))
        stands = Account.objects.filter(pk=id_, is_active=True).exists()
    else:
        rows = []
        stands = ServiceAccount.objects.filter(pk=id_, ended_at__isnull=True, owner__is_active=True).exists()
    if not stands:
        return []
    direct = Grant.objects.filter(subject=f"{kind}:{id_}", withdrawn_at__isnull=True).order_by("pk")
    table = position.table()
    return [g for row in rows for g in _of_post(row, table)] + [_of_grant(row) for row in direct]


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.VIETNAM).astimezone(UTC) if day else None


def _of_post(post: Post, table: dict[str, position.Known]) -> list[Granted]:
    known = table.get(post.position)
    return [
        Granted(
            permission=permission,
            via=f"post:{post.pk}",
            unit=post.unit,
            subtree=post.subtree,
            since=_midnight(post.since),
            until=_midnight(post.until),
        )
        for permission in (known.permissions if known else ())
    ]


def _of_grant(row: Grant) -> Granted:
    return Granted(
        permission=row.permission,
        via=f"grant:{row.pk}",
        unit=row.unit,
        subtree=row.subtree,
        types=frozenset(row.types),
        attributes=frozenset(row.attributes),
        purposes=frozenset(row.purposes),
        since=row.since,
        until=row.until,
    )


def _taken(id_: str) -> list[Granted]:
    """What others let this account do, as far as they may themselves, by their own posts and grants."""
    rows = Delegation.objects.filter(taker_id=id_, withdrawn_at__isnull=True, giver__is_active=True)
    found: list[Granted] = []
    for row in rows.order_by("pk"):
        found += delegated(
            _own("account", row.giver_id),
            permissions=row.permissions,
            unit=row.unit,
            since=row.since,
            until=row.until,
            via=f"delegation:{row.pk}",
        )
    return found


def holders(permission: str, at: datetime, accounts: Iterable[Account]) -> list[Account]:
    """Those of the accounts who may do something anywhere at that moment."""
    return [a for a in accounts if Rights(granted_to(f"account:{a.pk}"), units).anywhere(permission, at)]


def told(granted: Granted) -> tuple[str, Any]:
    """Where a grant comes from: its kind and the row."""
    kind, _, number = granted.via.partition(":")
    model: dict[str, Any] = {"post": Post, "grant": Grant, "delegation": Delegation}
    return kind, model[kind].objects.filter(pk=number).first()
