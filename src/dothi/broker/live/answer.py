# SPDX-License-Identifier: Apache-2.0
"""The little of HTTP that the live addresses need: query values in, one body out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec

from dothi.foundation import clock
from dothi.foundation.errors import BadInput

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = "application/json; charset=utf-8"
encode = msgspec.json.Encoder().encode


class Query:
    """The query part of an address; BadInput names the value that cannot be understood."""

    def __init__(self, scope: Scope) -> None:
        try:
            self._values: dict[str, list[str]] = parse_qs(
                scope.get("query_string", b"").decode("latin-1"), max_num_fields=50
            )
        except ValueError as error:
            raise BadInput("broker.live.many_values", most=50) from error

    def text(self, name: str) -> str:
        value = self._values.get(name, [""])[-1]
        if "\0" in value:
            raise BadInput("broker.ngsi.bad_text")
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise BadInput("broker.live.missing", name=name)
        return value

    def words(self, name: str) -> list[str]:
        return [word for value in self._values.get(name, []) for word in value.split(",") if word]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        raw = self.text(name)
        if not raw:
            return default
        if not raw.isascii() or not raw.isdigit():
            raise BadInput("broker.live.not_a_number", name=name)
        return min(most, max(least, int(raw[:18])))

    def time(self, name: str) -> datetime | None:
        """An RFC 3339 time or epoch seconds."""
        raw = self.text(name).replace(" ", "+")
        if not raw:
            return None
        try:
            plain = raw.isascii() and raw.replace(".", "", 1).isdigit()
            at = datetime.fromtimestamp(float(raw), UTC) if plain else clock.parse(raw)
        except (ValueError, OverflowError, OSError) as error:
            raise BadInput("broker.live.not_a_time", name=name) from error
        # The first and the last year leave room for the arithmetic on times.
        if not 1 < at.year < 9999:
            raise BadInput("broker.live.not_a_time", name=name)
        return at


def header(scope: Scope, name: bytes) -> str:
    """The last header of that lower-case name, or empty."""
    found: str = next(
        (value.decode("latin-1") for key, value in reversed(scope["headers"]) if key == name), ""
    )
    return found


async def send_body(
    send: Send, status: int, content_type: str, body: bytes, extra: dict[str, str] | None = None
) -> None:
    headers = {
        "content-type": content_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **(extra or {}),
    }
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, value: Any) -> None:
    await send_body(send, 200, JSON, encode(value))
