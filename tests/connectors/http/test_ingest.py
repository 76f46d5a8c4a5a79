# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import psycopg
import pytest

from dothi.broker.door import Broker, Key, Reach
from dothi.connectors.directory import Directory
from dothi.connectors.http.ingest import Ingest
from dothi.connectors.intake import Intake
from dothi.sources.core.keys import hash_key
from dothi.sources.core.store import DeviceRow, SourceRow

TOKEN = {"Authorization": "Bearer token"}


def source(**values: Any) -> SourceRow:
    given: dict[str, Any] = {
        "id": "s1", "tenant": "", "slug": "air", "name": "Air", "way": "http", "period": 60, "mapping": {},
        "options": {}, "token_hash": hash_key("token"), "simulated": False, "muted": False, "retired": False,
    }  # fmt: skip
    return SourceRow(**(given | values))


def device(key: str, **values: Any) -> DeviceRow:
    given: dict[str, Any] = {
        "id": f"d-{key}", "tenant": "", "source_id": "s1", "key": key, "name": key, "kind": "air",
        "entity_id": f"urn:ngsi-ld:AirQualityObserved:air:{key}", "entity_type": "AirQualityObserved",
        "unit_code": "", "state": "accepted", "topics": [], "username": None, "password_hash": "", "period": 60,
        "mapping": None, "lon": None, "lat": None,
    }  # fmt: skip
    return DeviceRow(**(given | values))


def directory() -> Directory:
    return Directory(
        [source(), source(id="s2", slug="mq", way="mqtt"), source(id="s3", slug="hong", mapping={"tpye": 1})],
        [device("a"), device("m", state="muted"), device("w", state="waiting"), device("r", state="retired")],
    )


def ask(writer_url: str, act: Callable[[httpx.AsyncClient], Awaitable[None]], limit: int = 100_000) -> Intake:
    intake = Intake(directory())

    async def run() -> None:
        broker = await Broker.open(writer_url)
        try:
            transport = httpx.ASGITransport(Ingest(broker, intake, limit=limit))
            async with httpx.AsyncClient(transport=transport, base_url="http://city") as client:
                await act(client)
        finally:
            await broker.close()

    asyncio.run(run())
    return intake


def row(number: int, key: str = "a", **more: Any) -> dict[str, Any]:
    return {"id": key, "observedAt": 1_790_000_000 + number, "temperature": number} | more


def test_reading_is_on_disk_when_the_answer_is_200(writer_url: str, database: str) -> None:
    async def act(client: httpx.AsyncClient) -> None:
        answer = await client.post("/ingest/air", json=row(1), headers=TOKEN)

        assert (answer.status_code, answer.json()) == (
            200,
            {
                "rows": 1,
                "accepted": 1,
                "repeated": 0,
                "refused": 0,
                "reasons": {},
                "values": {},
                "refusals": [],
            },
        )

    ask(writer_url, act)

    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT num FROM broker.history").fetchall() == [(1.0,)]


def test_rows_are_each_accounted_for_when_they_differ(writer_url: str) -> None:
    rows = [
        row(1), row(1), row(2, "w"), row(3, "unknown"), row(4, "r"), row(5, "m"), 7, {"temperature": 1},
        row(6, temperature="abc"), row(7, observedAt="2999-01-01T00:00:00Z"), row(8, pm25=[1]),
    ]  # fmt: skip

    async def act(client: httpx.AsyncClient) -> None:
        answer = await client.post("/ingest/air", json=rows, headers=TOKEN | {"Accept-Language": "en"})

        found = answer.json()
        assert answer.status_code == 207
        assert (found["rows"], found["accepted"] + found["repeated"], found["refused"]) == (11, 4, 7)
        assert found["reasons"] == {
            "waiting": 2,
            "retired": 1,
            "not_an_object": 1,
            "no_device": 1,
            "not_a_number": 1,
            "future": 1,
        }
        assert [r["row"] for r in found["refusals"]] == [2, 3, 4, 6, 7, 8, 9]
        assert (
            found["refusals"][0]["detail"]
            == 'The device "w" is not accepted yet. Open its source and accept it.'
        )

    intake = ask(writer_url, act)

    seen, refused = intake.drain()
    assert {one.key for one in seen} == {"a", "w", "unknown", "r", "m", ""}
    assert sum(one.times for one in refused) == 7


def test_lines_are_rows_when_sent_as_ndjson(writer_url: str) -> None:
    body = "\n".join([json.dumps(row(1)), "{broken", "", json.dumps(row(2))])

    async def act(client: httpx.AsyncClient) -> None:
        headers = TOKEN | {"Content-Type": "application/x-ndjson"}
        first = await client.post("/ingest/air?backfill=1", content=body, headers=headers)
        again = await client.post("/ingest/air?backfill=1", content=body, headers=headers)

        assert (first.status_code, first.json()["accepted"], first.json()["reasons"]) == (
            207,
            2,
            {"bad_json": 1},
        )
        assert (again.status_code, again.json()["repeated"], again.json()["accepted"]) == (207, 2, 0)

    intake = ask(writer_url, act)

    observed = row(2)["observedAt"]
    assert [one.at.timestamp() for one in intake.drain()[0] if one.key == "a"] == [observed]


REFUSED: list[tuple[str, str, bytes, dict[str, str], int]] = [
    ("/ingest/none", "POST", b"{}", TOKEN, 404),
    ("/ingest/air", "POST", b"{}", {}, 401),
    ("/ingest/air", "POST", b"{}", {"Authorization": "Bearer wrong"}, 401),
    ("/ingest/air", "POST", b"{}", {"Authorization": "Basic token"}, 401),
    ("/ingest/mq", "POST", b"{}", TOKEN, 403),
    ("/ingest/hong", "POST", b"{}", TOKEN, 400),
    ("/ingest/hong", "POST", b"{}", {}, 404),
    ("/ingest/air", "GET", b"", TOKEN, 405),
    ("/ingest/air", "POST", b"x" * 100_001, TOKEN, 413),
    ("/ingest/air", "POST", b"", TOKEN, 400),
    ("/ingest/air", "POST", b"{broken", TOKEN, 400),
    ("/ingest/air", "POST", b"[" * 1000, TOKEN, 400),
    ("/ingest/air", "POST", b'{"id": "a", "v": NaN}', TOKEN, 400),
    ("/ingest/air", "POST", b'{"id": "w", "v": 1}', TOKEN, 403),
]


def test_requests_are_refused_as_problems_when_they_cannot_be_taken(writer_url: str) -> None:
    async def act(client: httpx.AsyncClient) -> None:
        for path, method, body, headers, status in REFUSED:
            answer = await client.request(method, path, content=body, headers=headers)

            told = answer.json()
            assert (answer.status_code, told["status"]) == (status, status), (path, body[:40])
            assert answer.headers["content-type"] == "application/problem+json"
            assert told["detail"]
            assert told["instance"].startswith("urn:dothi:request:")

    ask(writer_url, act)


def test_names_stop_at_64_when_a_sender_invents_10000(writer_url: str) -> None:
    async def act(client: httpx.AsyncClient) -> None:
        for part in range(3):
            names = {f"n{part}x{i}": i for i in range(3000)}
            await client.post("/ingest/air", json={"id": "a"} | names, headers=TOKEN)

    intake = ask(writer_url, act)

    assert len(intake._terms["s1/a"]) == 64


def test_sender_hears_what_is_wrong_with_the_mapping_when_it_cannot_be_used(writer_url: str) -> None:
    async def act(client: httpx.AsyncClient) -> None:
        vi, en = [
            await client.post("/ingest/hong", json={"id": "a"}, headers=TOKEN | {"Accept-Language": language})
            for language in ("vi", "en")
        ]

        assert "Không có mục tên “tpye”" in vi.json()["detail"]
        assert "There is no “tpye”" in en.json()["detail"]

    ask(writer_url, act)


def ask_with_key(
    writer_url: str, key: Key | None, act: Callable[[httpx.AsyncClient], Awaitable[None]]
) -> None:
    async def admit(_scope: Any) -> Key | None:
        return key

    async def run() -> None:
        broker = await Broker.open(writer_url)
        try:
            transport = httpx.ASGITransport(Ingest(broker, Intake(directory()), admit=admit))
            headers = {"Authorization": "Bearer dothi_1_2"}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://city", headers=headers
            ) as client:
                await act(client)
        finally:
            await broker.close()

    asyncio.run(run())


def key_of(**more: Any) -> Key:
    return Key(**({"id": "1", "tenant": "", "operations": frozenset({"ingest"})} | more))


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [
        (key_of(), "/ingest/air", 200),
        (key_of(source="air"), "/ingest/air", 200),
        (key_of(source="mq"), "/ingest/air", 403),
        (key_of(operations=frozenset({"read", "write"})), "/ingest/air", 403),
        (key_of(tenant="other"), "/ingest/air", 403),
        (key_of(), "/ingest/nothing", 404),
        (key_of(), "/ingest/mq", 403),
        (None, "/ingest/air", 401),
        (key_of(reach=Reach(types=frozenset({"urn:Safe"}))), "/ingest/air", 403),
        (key_of(reach=Reach(scopes=("/city/a",))), "/ingest/air", 403),
        (key_of(reach=Reach(attrs=frozenset({"urn:power"}))), "/ingest/air", 403),
    ],
)
def test_key_of_the_city_sends_readings_when_it_may(
    writer_url: str, database: str, key: Key | None, path: str, status: int
) -> None:
    async def act(client: httpx.AsyncClient) -> None:
        answer = await client.post(path, json=row(1))

        assert answer.status_code == status

    ask_with_key(writer_url, key, act)

    with psycopg.connect(database) as connection:
        (count,) = connection.execute("SELECT count(*) FROM broker.entity").fetchone() or (0,)
    assert count == (status == 200)
