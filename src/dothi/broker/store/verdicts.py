# SPDX-License-Identifier: Apache-2.0
"""What an error of the database means for the group of writes that met it."""

from __future__ import annotations

from typing import Literal

import psycopg

Verdict = Literal["again", "full", "content", "short", "lost", "fault"]
_AGAIN = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
)
_CONTENT = (psycopg.DataError, psycopg.IntegrityError, ValueError, TypeError, KeyError, RecursionError)
_OPEN_END = frozenset({"", "08", "57", "58", "XX"})
"""Classes of SQLSTATE after which nobody knows whether a COMMIT that was sent has happened."""


def _class(error: BaseException) -> str:
    return ((error.sqlstate or "") if isinstance(error, psycopg.Error) else "")[:2]


def verdict(error: BaseException) -> Verdict:
    """What to do about an error.

    again: met another writer; full: the disk; content: one of the writes cannot be kept; short: the server lacks
    memory or connections; lost: the connection; fault: ours. psycopg counts "index row too large" (54000) among OperationalErrors, as it does lost connections.
    """
    if isinstance(error, _AGAIN):
        return "again"
    if isinstance(error, psycopg.errors.DiskFull):
        return "full"
    kind = _class(error)
    if kind == "54" or isinstance(error, _CONTENT):
        return "content"
    if kind == "53":
        return "short"
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, OSError)):
        return "lost"
    return "fault"


def is_open(error: BaseException) -> bool:
    """Whether a COMMIT that was on its way when this error came may have happened."""
    return isinstance(error, (psycopg.OperationalError, OSError)) and _class(error) in _OPEN_END
