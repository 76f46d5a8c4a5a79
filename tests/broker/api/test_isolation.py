# SPDX-License-Identifier: Apache-2.0
"""Every route times every kind of caller. A route that has no case here fails the first test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from tests.broker.api.isolation import (
    CALLERS,
    CHARLIE,
    HIDDEN,
    LAMP,
    READS,
    SHUT,
    WRITES,
    Asked,
    ghostly,
    plain,
    scene,
    writes,
)

from dothi.broker.api.app import PREFIX, build
from dothi.broker.api.routes import ROUTES
from dothi.broker.door import Broker, Terms, make_key, revoke_key
from dothi.cityhall.verifier import Callers
from dothi.foundation.settings import Settings

Ask = Callable[[str, Asked], Awaitable[httpx.Response]]


class City:
    """A broker with the API over it, asked with one key."""

    def __init__(self, broker: Broker, client: httpx.AsyncClient) -> None:
        self.broker = broker
        self.client = client

    async def fresh(self) -> None:
        await self.broker.write(scene())

    async def ask(self, method: str, asked: Asked) -> httpx.Response:
        path, body = asked
        return await self.client.request(method, path, json=body)

    async def standing(self) -> list[str]:
        """All that the two entities are, whoever may see it."""
        found = [await self.broker.entity("", name) for name in (LAMP, CHARLIE)]
        return [json.dumps([e.types, e.scopes, e.expires_at, _values(e.attrs)]) if e else "" for e in found]


def _values(attrs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {n: {d: i.get("value") for d, i in instances.items()} for n, instances in sorted(attrs.items())}


def token(database: str, caller: str) -> str:
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        tenant, terms = CALLERS.get(caller, ("", Terms(operations=["read", "write"])))
        if caller == "expired":
            past = datetime(2020, 1, 1, tzinfo=UTC)
            terms = Terms(operations=["read", "write"], expires_at=past)
        made = make_key(cursor, tenant=tenant, terms=terms)
        assert made is not None
        if caller == "revoked":
            revoke_key(cursor, key_id=made.split("_")[1])
    return made


@pytest.fixture
def visit(database: str, writer_url: str, tmp_path: Path) -> Callable[..., None]:
    def go(caller: str, journey: Callable[[City], Awaitable[None]]) -> None:
        async def whole() -> None:
            broker = await Broker.open(writer_url)
            app = build(broker, Callers(broker, "secret").principal, Settings(data_dir=str(tmp_path)))
            headers = {} if caller == "none" else {"Authorization": f"Bearer {token(database, caller)}"}
            try:
                async with httpx.AsyncClient(
                    transport=httpx.ASGITransport(app), base_url=f"http://city{PREFIX}", headers=headers
                ) as client:
                    await journey(City(broker, client))
            finally:
                await broker.close()

        asyncio.run(whole())

    return go


def test_every_route_has_its_cases_when_it_exists() -> None:
    assert {(r.method, r.path) for r in ROUTES if r.operation == "read"} == set(READS)
    assert {(r.method, r.path) for r in ROUTES if r.operation == "write"} == set(WRITES)


@pytest.mark.parametrize("caller", HIDDEN)
def test_answers_tell_nothing_of_what_is_hidden_when_read(caller: str, visit: Any) -> None:
    hidden = HIDDEN[caller]
    leaks: list[str] = []

    async def journey(city: City) -> None:
        await city.fresh()
        for (method, _), requests in READS.items():
            for asked in requests:
                there = plain(await city.ask(method, asked))
                ghost = json.loads(ghostly(json.dumps(asked), hidden))
                never = plain(await city.ask(method, (ghost[0], ghost[1])))
                if (there[0], ghostly(there[1], hidden)) != never or there[0] >= 500:
                    leaks.append(f"{method} {asked}: {there} is not {never}")

    visit(caller, journey)

    assert leaks == []


def test_every_read_route_shows_what_others_may_not_see_when_the_key_has_no_limits(visit: Any) -> None:
    """Without this the test above could pass because nothing is ever shown."""
    blind: list[str] = []

    async def journey(city: City) -> None:
        await city.fresh()
        for (method, path), requests in READS.items():
            told = "".join([(await city.ask(method, asked)).text for asked in requests])
            blind.extend(
                f"{path}: {name}" for name in ("charlie", "secretCode", "innerCode") if name not in told
            )

    visit("unrestricted", journey)

    # These name either types or attributes, never entities.
    assert [b for b in blind if not b.startswith(("types", "attributes"))] == []


TARGETS = {
    "type-restricted": (CHARLIE, "Safe", "power"),
    "scope-restricted": (CHARLIE, "Safe", "power"),
    "attribute-restricted": (LAMP, "Lamp", "innerCode"),
}


@pytest.mark.parametrize("caller", TARGETS)
def test_writes_are_refused_and_change_nothing_when_outside(caller: str, visit: Any) -> None:
    wrong: list[str] = []

    async def journey(city: City) -> None:
        for (method, path), asked in writes(*TARGETS[caller]).items():
            await city.fresh()
            before = await city.standing()

            answer = await city.ask(method, asked)

            if _refused(answer) != 403 or await city.standing() != before:
                wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")

    visit(caller, journey)

    assert wrong == []


def _refused(answer: httpx.Response) -> int:
    """The status of the one item of a batch, else of the whole."""
    if answer.status_code != 207:
        return answer.status_code
    body = answer.json()
    return 0 if body["success"] else body["errors"][0]["error"]["status"]


@pytest.mark.parametrize("caller", TARGETS)
def test_writes_are_done_when_inside(caller: str, visit: Any) -> None:
    refused: list[str] = []

    async def journey(city: City) -> None:
        for (method, path), asked in writes(LAMP, "Lamp", "power").items():
            await city.fresh()
            answer = await city.ask(method, asked)
            if _refused(answer) == 403:
                refused.append(f"{method} {path}")

    visit(caller, journey)

    # Acts on a whole entity touch attributes that this key may not see.
    whole = ["DELETE entities/{id}", "PUT entities/{id}", "POST entityOperations/upsert"]
    whole += ["POST entityOperations/delete", "DELETE temporal/entities/{id}"]
    assert refused == (whole if caller == "attribute-restricted" else [])


def test_other_tenants_stay_as_they_are_when_the_same_ids_are_written(visit: Any) -> None:
    changed: list[str] = []

    async def journey(city: City) -> None:
        await city.fresh()
        before = await city.standing()
        for (method, path), asked in WRITES.items():
            answer = await city.ask(method, asked)
            if answer.status_code >= 500 or await city.standing() != before:
                changed.append(f"{method} {path}")
        named = await city.client.get(f"entities/{CHARLIE}", headers={"NGSILD-Tenant": "elsewhere"})
        changed.extend([] if named.status_code == 403 else ["header"])

    visit("other-tenant", journey)

    assert changed == []


@pytest.mark.parametrize(("caller", "open_to"), [("read-only", "read"), ("write-only", "write")])
def test_keys_open_one_side_only_when_made_for_it(caller: str, open_to: str, visit: Any) -> None:
    wrong: list[str] = []

    async def journey(city: City) -> None:
        await city.fresh()
        before = await city.standing()
        shut = WRITES if open_to == "read" else {key: asked[0] for key, asked in READS.items()}
        for (method, path), asked in shut.items():
            answer = await city.ask(method, asked)
            if answer.status_code != 403 or "4711" in answer.text or await city.standing() != before:
                wrong.append(f"{method} {path}: {answer.status_code}")

    visit(caller, journey)

    assert wrong == []


@pytest.mark.parametrize("caller", SHUT)
def test_nothing_opens_when_the_key_is_no_good(caller: str, visit: Any) -> None:
    opened: list[str] = []

    async def journey(city: City) -> None:
        await city.fresh()
        before = await city.standing()
        everything = [*WRITES.items(), *((key, one) for key, many in READS.items() for one in many)]
        for (method, path), asked in everything:
            answer = await city.ask(method, asked)
            if answer.status_code != 401 or await city.standing() != before:
                opened.append(f"{method} {path}: {answer.status_code}")

    visit(caller, journey)

    assert opened == []
