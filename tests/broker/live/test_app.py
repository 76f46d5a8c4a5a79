# SPDX-License-Identifier: Apache-2.0
"""The live addresses over the real store."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx

from dothi.broker.door import Broker
from dothi.broker.live.app import LiveApp
from dothi.broker.model import Write
from dothi.foundation import clock

DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"
ID = "urn:ngsi-ld:AirQualityObserved:a"


async def verify(scope) -> str | None:
    return "" if (b"authorization", b"Bearer an") in scope["headers"] else None


def reading(value: float, ago: int) -> Write:
    at = clock.iso(clock.now() - timedelta(seconds=ago))
    instance = {"type": "Property", "value": value, "unitCode": "GQ", "observedAt": at}
    return Write(
        verb="observe",
        id=ID,
        types=[DEFAULT + "AirQualityObserved"],
        attrs={DEFAULT + "pm25": {"": instance}},
    )


async def scene(url: str) -> dict[str, httpx.Response]:
    broker = await Broker.open(url)
    live = LiveApp(broker.store, verify)
    for value, ago in ((10.0, 120), (11.0, 60), (12.5, 1)):
        await broker.write([reading(value, ago)])
    before = clock.iso(clock.now() - timedelta(hours=1))
    transport = httpx.ASGITransport(app=live)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://city", headers={"authorization": "Bearer an"}
    ) as client:
        answers = {
            "state": await client.get("/live/state"),
            "before": await client.get("/live/state", params={"at": before}),
            "series": await client.get("/live/series", params={"id": ID, "attr": "pm25"}),
            "rows": await client.get("/live/rows", params={"id": ID, "limit": 2}),
            "csv": await client.get("/live/rows", params={"id": ID, "format": "csv"}),
            "turned": await client.get("/live/rows", params={"id": ID, "from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}),
            "missing": await client.get("/live/series"),
            "stranger": await client.get("/live/state", headers={"authorization": "Bearer chi"}),
        }  # fmt: skip
        second = {"id": ID, "before": answers["rows"].json()["before"]}
        answers["rest"] = await client.get("/live/rows", params=second)
    await live.close()
    await broker.close()
    return answers


def test_live_addresses_tell_state_series_rows_and_refuse_strangers(writer_url: str):
    answers = asyncio.run(scene(writer_url))

    assert [
        (one["id"], one["type"], one["attrs"]["pm25"]["v"]) for one in answers["state"].json()["entities"]
    ] == [(ID, "AirQualityObserved", 12.5)]
    assert answers["before"].json()["entities"] == []
    assert (answers["series"].json()["v"], answers["series"].json()["unit"]) == ([10.0, 11.0, 12.5], "GQ")
    assert [row["v"] for row in answers["rows"].json()["rows"]] == [12.5, 11.0]
    assert [row["v"] for row in answers["rest"].json()["rows"]] == [10.0]
    assert len(answers["csv"].text.splitlines()) == 4
    assert {name: answers[name].status_code for name in ("turned", "missing", "stranger")} == {
        "turned": 400,
        "missing": 400,
        "stranger": 401,
    }
