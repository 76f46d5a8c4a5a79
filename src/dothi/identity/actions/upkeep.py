# SPDX-License-Identifier: Apache-2.0
"""What identity keeps for a while only, thrown away in steps. `held`: accounts whose rows must stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from dothi.identity.models import Account, AdminLink, FailedTry
from dothi.identity.queries.personal import SESSION_OF


def _sessions(before: datetime, held: frozenset[str]) -> Iterable[Session]:
    """Expired ones; whose they are stands inside their text only, so that is read when somebody's must stay."""
    ended = Session.objects.filter(expire_date__lt=before).order_by("expire_date").iterator()
    return (one for one in ended if not held or str(one.get_decoded().get(SESSION_OF, "")) not in held)


def _tries(before: datetime, held: frozenset[str]) -> QuerySet[FailedTry]:
    logins = Account.objects.filter(pk__in=held).values("login")
    return FailedTry.objects.filter(at__lt=before).exclude(login__in=logins)


def _links(before: datetime, _held: frozenset[str]) -> QuerySet[AdminLink]:
    return AdminLink.objects.filter(made_at__lt=before)


def _first(rows: QuerySet[FailedTry] | QuerySet[AdminLink], most: int) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def count_sessions(before: datetime, held: frozenset[str]) -> int:
    return sum(1 for _ in _sessions(before, held))


def drop_sessions(before: datetime, held: frozenset[str], most: int) -> int:
    found = [one.pk for one, _ in zip(_sessions(before, held), range(most), strict=False)]
    return Session.objects.filter(pk__in=found).delete()[0]


def count_tries(before: datetime, held: frozenset[str]) -> int:
    return _tries(before, held).count()


def drop_tries(before: datetime, held: frozenset[str], most: int) -> int:
    return FailedTry.objects.filter(pk__in=_first(_tries(before, held), most)).delete()[0]


def count_links(before: datetime, held: frozenset[str]) -> int:
    return _links(before, held).count()


def drop_links(before: datetime, held: frozenset[str], most: int) -> int:
    return AdminLink.objects.filter(pk__in=_first(_links(before, held), most)).delete()[0]
