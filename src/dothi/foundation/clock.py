# SPDX-License-Identifier: Apache-2.0
"""The single clock of the house: UTC, aware, and always written in one fixed shape."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def iso(at: datetime) -> str:
    """`2026-11-23T10:00:00.000000Z`: fixed width, so that text order is time order.

    Raises ValueError for a naive datetime: a time without a zone is a guess.
    """
    if at.tzinfo is None:
        raise ValueError("Time has no zone")
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return (
        at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z" if at.year > 999 else at.isoformat()
    )


def parse(text: str) -> datetime:
    """An aware UTC datetime from an RFC 3339 date-time; ValueError when there is no zone or it is no time."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("Time has no zone")
    return at.astimezone(UTC)
