# SPDX-License-Identifier: Apache-2.0
"""The API over a real store, called in process; keys are the real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from dothi.broker.api.app import build
from dothi.broker.api.port import Principal, Scope
from dothi.broker.door import Broker, create_key
from dothi.foundation.settings import Settings

Journey = Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]


@asynccontextmanager
async def client(url: str, tokens: dict[str, str], folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    broker = await Broker.open(url)

    async def verify(scope: Scope) -> Principal | None:
        token = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        return await broker.keys.verify(token)

    app = build(broker, verify, Settings(data_dir=str(folder)), allow_loopback=True)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {tokens['all']}"}
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test/ngsi-ld/v1", headers=headers
        ) as opened:
            yield opened
    finally:
        await broker.close()


@pytest.fixture
def tokens(database: str) -> dict[str, str]:
    wanted = {"all": ["read", "write"], "reader": ["read"], "writer": ["write"]}
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        found = {name: create_key(cursor, operations=operations) for name, operations in wanted.items()}
        found["other"] = create_key(cursor, tenant="other", operations=["read", "write"])
    return found


@pytest.fixture
def run(writer_url: str, tokens: dict[str, str], tmp_path: Path) -> Callable[[Journey], None]:
    def go(journey: Journey) -> None:
        async def whole() -> None:
            async with client(writer_url, tokens, tmp_path) as opened:
                await journey(opened)

        asyncio.run(whole())

    return go
