# SPDX-License-Identifier: Apache-2.0
"""Public keys as a broker process sees them: as dothi_writer, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from tests.conftest import as_role

from dothi.cityhall import token_keys
from dothi.cityhall.token_keys import TokenKeys
from dothi.foundation import clock

MAKE = """
INSERT INTO identity_oidckey (kid, state, public, sealed, made_at, published_until)
    VALUES (%s, %s, %s::jsonb, '\\x00', now(), %s)
"""
POINT = (
    '{"kty": "EC", "crv": "P-256", "alg": "ES256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
    ' "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}'
)


@pytest.fixture
def keys(pages_owner: str) -> Any:
    """The table of keys with one of each state; emptied at the end."""
    soon, past = clock.now() + timedelta(hours=1), clock.now() - timedelta(hours=1)
    with psycopg.connect(pages_owner, autocommit=True) as owner:
        for kid, state, until in (
            ("n", "next", None), ("c", "current", None), ("r", "retired", soon), ("old", "retired", past),
        ):  # fmt: skip
            owner.execute(MAKE, (kid, state, POINT, until))
        yield owner
        owner.execute("DELETE FROM identity_oidckey")


def looked(url: str, act: Callable[[TokenKeys], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        async with AsyncConnectionPool(as_role(url, "dothi_writer"), min_size=1, open=False) as pool:
            return await act(TokenKeys(pool))

    return asyncio.run(whole())


def test_keys_are_found_when_tokens_of_theirs_may_be_good(keys: Any, pages_owner: str) -> None:
    async def act(found: TokenKeys) -> dict[str, bool]:
        return {kid: await found.find(kid) is not None for kid in ("n", "c", "r", "old", "x", "")}

    assert looked(pages_owner, act) == {
        "n": True, "c": True, "r": True, "old": False, "x": False, "": False,
    }  # fmt: skip


def test_store_is_asked_once_a_second_when_names_are_made_up(keys: Any, pages_owner: str) -> None:
    async def act(found: TokenKeys) -> list[Any]:
        await asyncio.gather(*(found.find(f"made up {n}") for n in range(50)))
        first = found.read_at
        keys.execute(MAKE, ("late", "retired", POINT, clock.now() + timedelta(hours=1)))
        within = await found.find("late"), found.read_at == first
        found.read_at -= token_keys.ASKED
        return [*within, await found.find("late") is not None]

    assert looked(pages_owner, act) == [None, True, True]


def test_key_opens_nothing_when_it_was_withdrawn_at_once(keys: Any, pages_owner: str) -> None:
    async def act(found: TokenKeys) -> list[bool]:
        before = await found.find("c") is not None
        keys.execute("UPDATE identity_oidckey SET state = 'retired', published_until = now() WHERE kid = 'c'")
        found.read_at -= token_keys.KEPT
        return [before, await found.find("c") is not None]

    assert looked(pages_owner, act) == [True, False]


def test_private_keys_are_out_of_sight_when_the_writer_looks(keys: Any, pages_owner: str) -> None:
    with psycopg.connect(as_role(pages_owner, "dothi_writer")) as writer:
        for column in ("sealed", "*"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                writer.execute(f"SELECT {column} FROM identity_oidckey".encode())
            writer.rollback()


def test_no_key_is_found_when_django_was_not_there_yet(database: str) -> None:
    async def act(found: TokenKeys) -> Any:
        return await found.find("c")

    assert looked(database, act) is None
