# SPDX-License-Identifier: Apache-2.0
"""Rules of sources: pure, on plain values."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import datetime
from typing import Literal, cast

from dothi.foundation.text import fold
from dothi.sources.core.mapping_names import part_of_urn

WAYS = ("mqtt", "http", "file", "subscribe")
"""Ways in that a person can add; `demo` is the demo city's own."""

Health = Literal["live", "stale", "never", "muted", "retired", "waiting"]
RESERVED = frozenset({"add", "accept", "refusals"})
"""Words that stand in the place of a source's slug in an address."""
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{0,20})?")
LEAST_PERIOD, MOST_PERIOD = 1, 366 * 86400
_PHONE = re.compile(r"(\+84|0)\d{8,10}|1\d{2,3}|1[89]00\d{4,6}")


def slug(name: str, taken: Container[str]) -> str:
    """`tram-mua-ha-noi`: the folded name, with a number when it is taken."""
    plain = fold(name).replace(" ", "-")[:60].strip("-") or "nguon"
    found, number = plain, 1
    while found in taken or found in RESERVED:
        number += 1
        found = f"{plain}-{number}"
    return found


def health(*, at: datetime, last_seen: datetime | None, period: float, state: str) -> Health:
    """Silent for longer than the declared period is stale; muted and retired things are not judged."""
    if state in {"muted", "retired", "waiting"}:
        return cast("Health", state)
    if last_seen is None:
        return "never"
    return "stale" if (at - last_seen).total_seconds() > period else "live"


def phone_problem(phone: str) -> str | None:
    """A message key; None for an empty or believable Vietnamese number, written with or without blanks."""
    bare = re.sub(r"[ .\-()]", "", phone)
    return None if not bare or _PHONE.fullmatch(bare) else "sources.phone.shape"


def whole(text: str, most: int = 999_999_999) -> int | None:
    """The whole number from 0 to `most` that a text says in plain digits; None when it is none."""
    bare = text.strip()
    if not bare.isascii() or not bare.isdigit() or len(bare) > 9:
        return None
    return int(bare) if int(bare) <= most else None


def port(text: str, *, tls: bool) -> int | None:
    """A TCP port; an empty text is the usual one of MQTT. None when it is no port."""
    if not text.strip():
        return 8883 if tls else 1883
    found = whole(text, 65535)
    return found or None


def period_of(number: str, size: str) -> int | None:
    """Seconds of a period entered as a number and a unit of `s`, `m`, `h` or `d`; None when it is none."""
    sizes = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    count = whole(number)
    if count is None or size not in sizes:
        return None
    seconds = count * sizes[size]
    return seconds if LEAST_PERIOD <= seconds <= MOST_PERIOD else None


def split_period(seconds: int) -> tuple[int, str]:
    """The number and unit that `period_of` takes back."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return seconds // size, unit
    return seconds, "s"


def coordinate(text: str, limit: float) -> float | None:
    """Degrees, with a decimal comma or point; None when it is no number or beyond `limit`."""
    bare = text.strip().replace(",", ".")
    if not _DEGREES.fullmatch(bare):
        return None
    value = float(bare)
    return value if -limit <= value <= limit else None


def entity_id(kind_type: str, source_slug: str, key: str) -> str:
    """`urn:ngsi-ld:<type>:<source>:<key>`: the same as the mappings' usual template makes."""
    return f"urn:ngsi-ld:{kind_type or 'Device'}:{part_of_urn(source_slug)}:{part_of_urn(key)}"
