# SPDX-License-Identifier: Apache-2.0
"""How far the request under way may look: told to the queries of rooms (first line) and to the database (second).

A gate enters the reach of the permission that its page needs. Until then a request reaches nothing; processes without
requests (jobs, commands, ingest) reach everything, as their connections say.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet
from psycopg.pq import TransactionStatus

from dothi.identity.rules.permission import EVERYWHERE, NOWHERE, Reach

M = TypeVar("M", bound=Model)

_now: ContextVar[Reach] = ContextVar("identity_reach", default=EVERYWHERE)


def current() -> Reach:
    """Where the one who asks may look."""
    return _now.get()


def _tell_the_database(reach: Reach) -> None:
    words = "*" if reach.everywhere else ",".join(sorted(reach.units))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.units', %s, true)", [words])


def _listens() -> bool:
    """Whether the transaction goes on: in one that failed nothing can be said any more, and nothing be read."""
    raw = connection.connection
    return raw is not None and raw.info.transaction_status == TransactionStatus.INTRANS


@contextmanager
def entered(reach: Reach) -> Iterator[None]:
    """Look no further than this until the end of the block; inside a transaction."""
    before, mark = _now.get(), _now.set(reach)
    _tell_the_database(reach)
    try:
        yield
    finally:
        _now.reset(mark)
        if _listens():
            _tell_the_database(before)


@contextmanager
def nowhere() -> Iterator[None]:
    """Where each request begins."""
    with entered(NOWHERE):
        yield


def within(field: str = "unit") -> Q:
    """The condition for a queryset: rows whose unit lies within reach."""
    reach = current()
    return Q() if reach.everywhere else Q(**{f"{field}__in": reach.units})


def seen(rows: QuerySet[M], field: str = "unit") -> QuerySet[M]:
    """The rows within reach."""
    return rows.filter(within(field))
