# SPDX-License-Identifier: Apache-2.0
"""Writes and a running store for the tests of this folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from dothi.broker.door import Broker
from dothi.broker.model import Write

NS = "https://uri.etsi.org/ngsi-ld/default-context/"
PM25, NOISE, NAME = f"{NS}pm25", f"{NS}noise", f"{NS}name"
TYPE = f"{NS}AirQualityObserved"


def at(minute: int, second: int = 0) -> str:
    return f"2026-11-20T{10 + minute // 60:02d}:{minute % 60:02d}:{second:02d}.000000Z"


def number(value: Any, observed: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, **({"observedAt": observed} if observed else {}), **more}


def reading(id_: str, value: Any, observed: str | None, *, attr: str = PM25, **more: Any) -> Write:
    attrs = {attr: {"": number(value, observed, unitCode="GQ")}}
    return Write(verb="observe", id=id_, types=[TYPE], attrs=attrs, **more)


def run(url: str, act: Callable[[Broker], Awaitable[Any]], **options: Any) -> Any:
    """Open a broker on `url`, let `act` use it, close it."""

    async def whole() -> Any:
        broker = await Broker.open(url, **options)
        try:
            return await act(broker)
        finally:
            await broker.close()

    return asyncio.run(whole())


def rows(url: str, query: str, *params: Any) -> list[tuple[Any, ...]]:
    """What the owner of the database sees."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode(), params).fetchall()
