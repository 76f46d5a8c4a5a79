# SPDX-License-Identifier: Apache-2.0
"""Garbage on the way in is a clear refusal, never an internal error."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Run = Callable[[Any], None]


def _entity(**more: Any) -> dict[str, Any]:
    return {"id": "urn:a:1", "type": "T", **more}


BODIES: dict[str, tuple[bytes, int]] = {
    "no json": (b"{", 400),
    "empty": (b"", 400),
    "not utf-8": (b'{"id":"urn:a:\xff"}', 400),
    "utf-16": ('{"id":"urn:a:1"}'.encode("utf-16"), 400),
    "nan": (b'{"id":"urn:a:1","type":"T","x":NaN}', 400),
    "infinity": (b'{"id":"urn:a:1","type":"T","x":-Infinity}', 400),
    "1e400": (b'{"id":"urn:a:1","type":"T","x":1e400}', 400),
    "400 digits": (b'{"id":"urn:a:1","type":"T","x":' + b"9" * 400 + b"}", 400),
    "depth 1,000": (b'{"id":"urn:a:1","type":"T","x":' + b"[" * 1000 + b"]" * 1000 + b"}", 400),
    "depth 100,000": (b"[" * 100_000 + b"]" * 100_000, 400),
    "1 MB text": (json.dumps(_entity(x="a" * 1_000_000)).encode(), 413),
    "NUL": (b'{"id":"urn:a:1","type":"T","x":"a\\u0000b"}', 400),
    "NUL in a name": (b'{"id":"urn:a:1","type":"T","x\\u0000":1}', 400),
    "lone surrogate": (b'{"id":"urn:a:1","type":"T","x":"\\ud800"}', 400),
    "10,000 attributes": (json.dumps(_entity(**{f"a{i}": i for i in range(10_000)})).encode(), 400),
    "a list": (b"[]", 400),
    "a number": (b"5", 400),
    "null": (b"null", 400),
    "id is a number": (b'{"id":5,"type":"T"}', 400),
    "id with a space": (b'{"id":"urn:a: b","type":"T"}', 400),
    "type is an object": (b'{"id":"urn:a:1","type":{"a":1}}', 400),
    "time of year 0": (
        json.dumps(_entity(x={"value": 1, "observedAt": "0000-01-01T00:00:00Z"})).encode(),
        400,
    ),
    "time without zone": (
        json.dumps(_entity(x={"value": 1, "observedAt": "2026-01-01T00:00:00"})).encode(),
        400,
    ),
    "time of year 99999": (
        json.dumps(_entity(x={"value": 1, "observedAt": "99999-01-01T00:00:00Z"})).encode(),
        400,
    ),
    "point on no globe": (
        json.dumps(_entity(location={"type": "Point", "coordinates": [181, 0]})).encode(),
        400,
    ),
    "context in json": (json.dumps(_entity(**{"@context": []})).encode(), 400),
}


@pytest.fixture
def answers(run: Run) -> Callable[[Callable[[httpx.AsyncClient], Any]], Any]:
    def go(ask: Callable[[httpx.AsyncClient], Any]) -> Any:
        found: list[Any] = []

        async def journey(api: httpx.AsyncClient) -> None:
            found.append(await ask(api))

        run(journey)
        return found[0]

    return go


def test_body_is_refused_when_it_is_garbage(answers: Any) -> None:
    async def ask(api: httpx.AsyncClient) -> dict[str, int]:
        found = {}
        for name, (body, _) in BODIES.items():
            answer = await api.post("/entities", content=body, headers={"Content-Type": "application/json"})
            assert answer.json()["type"].startswith("https://uri.etsi.org/ngsi-ld/errors/")
            assert answer.json()["detail"]
            found[name] = answer.status_code
        return found

    assert answers(ask) == {name: status for name, (_, status) in BODIES.items()}


@pytest.mark.parametrize(
    "time",
    ["0001-01-01T00:00:00Z", "1900-01-01T00:00:00+07:00", "2999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"],
)
def test_ancient_and_future_times_are_kept_or_refused_when_written(answers: Any, time: str) -> None:
    async def ask(api: httpx.AsyncClient) -> int:
        body = _entity(x={"value": 1, "observedAt": time})
        return (await api.post("/entities", json=body)).status_code

    assert answers(ask) in {201, 400}


ADDRESSES = [
    "entities",
    "entities?type=T&limit=-1",
    "entities?type=T&limit=1001",
    "entities?type=T&limit=x",
    "entities?type=T&offset=99999999999",
    "entities?type=T&count=maybe",
    "entities?type=T&limit=0",
    "entities?type=T&q=%00",
    "entities?type=T&q=((((",
    "entities?type=T&q=a~=(",
    "entities?type=T&q=a~=%5B",
    "entities?type=T&q=%FF",
    "entities?type=%3Cscript%3E",
    "entities?type=((T",
    "entities?type=T&georel=near",
    "entities?type=T&georel=near;maxDistance==x&geometry=Point&coordinates=[1,2]",
    "entities?type=T&georel=within&geometry=Polygon&coordinates=[[[0,0]]]",
    "entities?type=T&georel=within&geometry=Blob&coordinates=[1,2]",
    "entities?type=T&georel=near;maxDistance==1&geometry=Point&coordinates=[NaN,1]",
    "entities?type=T&georel=near;maxDistance==1&geometry=Point&coordinates=[1e400,1]",
    "entities?type=T&georel=near;maxDistance==1&geometry=Point&coordinates=" + "[" * 5000,
    "entities?type=T&geometry=Point",
    "entities?type=T&scopeQ=a",
    "entities?type=T&scopeQ=/a;(",
    "entities?idPattern=(a",
    "entities?idPattern=%5B%5Cw-z%5D",
    "entities?idPattern=(((a%7B1,99%7D)%7B1,99%7D)%7B1,99%7D)%7B1,99%7D",
    "entities?idPattern=x%7B2,1%7D",
    "temporal/entities?idPattern=%5B%5Cw-z%5D&timerel=after&timeAt=2026-01-01T00:00:00Z",
    "entities?id=x",
    "entities?type=T&options=keyValues,concise",
    "entities/no-uri",
    "entities/urn:a:1/attrs/a%20b",
    "temporal/entities?type=T",
    "temporal/entities?type=T&timerel=between&timeAt=2026-01-01T00:00:00Z",
    "temporal/entities?type=T&timerel=after&timeAt=yesterday",
    "temporal/entities?type=T&timerel=after&timeAt=2026-01-01T00:00:00Z&lastN=0",
    "temporal/entities?type=T&timerel=after&timeAt=2026-01-01T00:00:00Z&options=aggregatedValues&aggrMethods=boo",
    "temporal/entities?type=T&timerel=after&timeAt=2026-01-01T00:00:00Z&options=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=P",
]


def test_address_is_refused_when_it_is_garbage(answers: Any) -> None:
    async def ask(api: httpx.AsyncClient) -> dict[str, int]:
        return {address: (await api.get("/" + address)).status_code for address in ADDRESSES}

    found = answers(ask)

    assert {address: status for address, status in found.items() if status not in {400, 403, 405}} == {}


def test_edges_of_http_are_told_when_crossed(answers: Any) -> None:
    async def ask(api: httpx.AsyncClient) -> list[Any]:
        other = await api.post("/entities", content=b"<a/>", headers={"Content-Type": "text/xml"})
        none = await api.get("/types", headers={"Accept": "text/html"})
        method = await api.put("/entities", json={})
        path = await api.get("/nothing")
        unnamed = await api.get("/types", headers={"X-Request-Id": "abc-1"})
        twice = await api.post("/entities/", json=_entity(), headers={"Idempotency-Key": "k1"})
        again = await api.post("/entities/", json=_entity(), headers={"Idempotency-Key": "k1"})
        return [
            other.status_code,
            none.status_code,
            (method.status_code, method.headers["allow"]),
            path.status_code,
            unnamed.headers["x-request-id"],
            (twice.status_code, again.status_code),
        ]

    assert answers(ask) == [415, 406, (405, "GET, POST"), 404, "abc-1", (201, 201)]


def test_error_speaks_vietnamese_when_asked(answers: Any) -> None:
    async def ask(api: httpx.AsyncClient) -> str:
        return str((await api.get("/entities/urn:a:1", headers={"Accept-Language": "vi"})).json()["detail"])

    assert answers(ask) == "Thực thể urn:a:1 không tồn tại."
