# SPDX-License-Identifier: Apache-2.0
"""Times as devices write them; a time without a zone is local time of the mapping's zone."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dothi.foundation import clock
from dothi.sources.core.mapping_problem import BadMapping

FUTURE_LIMIT = timedelta(hours=24)
"""A reading from later than this is refused: no clock is so wrong by drift."""
AHEAD_LIMIT = timedelta(seconds=120)
"""A reading from later than this is kept and said to be ahead."""
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


class BadTime(ValueError):
    """A value is no time; the argument is the reason of the refusal."""


@functools.lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone by its IANA name; BadMapping when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise BadMapping("zone", zone=name) from error


def _epoch(value: float, form: str) -> datetime:
    if form == "auto":
        size = abs(value)
        form = "s" if size < 1e11 else "ms" if size < 1e14 else "us" if size < 1e17 else "ns"
    seconds = value / {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[form]
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise BadTime("bad_time") from error


def parse(value: Any, formats: tuple[str, ...], zone_name: str) -> datetime:
    """An aware UTC time. `formats`: `auto`, `s`, `ms`, `us`, `ns` (since 1970) or strptime patterns, in order."""
    for form in formats:
        if form in {"auto", "s", "ms", "us", "ns"}:
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return _epoch(float(value), form)
            if isinstance(value, str) and len(value) < 64:
                try:
                    if form != "auto" or (len(value) >= 9 and value.replace(".", "", 1).isdigit()):
                        return _epoch(float(value), form)
                    return _aware(datetime.fromisoformat(value.strip()), zone_name)
                except ValueError:
                    continue
        elif isinstance(value, (str, int)) and not isinstance(value, bool):
            try:
                return _aware(datetime.strptime(str(value).strip(), form), zone_name)  # noqa: DTZ007 - the zone comes next
            except (ValueError, OverflowError):
                continue
    raise BadTime("bad_time")


def _aware(at: datetime, zone_name: str) -> datetime:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone(zone_name))).astimezone(UTC)
    except OverflowError as error:
        raise BadTime("bad_time") from error


def judge(at: datetime, now: datetime) -> str | None:
    """The reason why a time is refused (`future`, `ancient`), `ahead` when it is kept and told, else None."""
    if at > now + AHEAD_LIMIT:
        return "future" if at > now + FUTURE_LIMIT else "ahead"
    return "ancient" if at < OLDEST else None


def text(at: datetime) -> str:
    """As the store keeps it."""
    return clock.iso(at)
