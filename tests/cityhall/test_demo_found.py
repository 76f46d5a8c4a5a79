# SPDX-License-Identifier: Apache-2.0
"""What is wrong in the demo city is found by the grades, through the real write path, and named in words."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest
from tests.broker.live.test_app import verify

from dothi.broker.door import Broker
from dothi.broker.live.app import LiveApp
from dothi.cityhall import demo_past
from dothi.connectors.demo import city, stories


async def _rows(url: str) -> list[dict[str, Any]]:
    broker = await Broker.open(url)
    made = city.make()
    scopes = dict.fromkeys([ward.code for ward in made.plan.wards], "")
    await demo_past.stand(broker, scopes, lambda _: None, time.time())
    live = LiveApp(broker.store, verify)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=live),
        base_url="http://city",
        headers={"authorization": "Bearer an"},
    ) as client:
        found = await client.get("/live/quality?limit=2000&language=en", timeout=60)
    await live.close()
    await broker.close()
    return list(found.json()["rows"])


@pytest.fixture
def rows(writer_url: str) -> list[dict[str, Any]]:
    return asyncio.run(_rows(writer_url))


def test_what_is_wrong_stands_first_with_its_reason_when_the_demo_city_is_new(
    rows: list[dict[str, Any]],
) -> None:
    sensors = {sensor.id: sensor for sensor in city.make().sensors}
    dead = {sensor.id for sensor in sensors.values() if sensor.source == city.DEAD_SOURCE}
    stuck = {sensor.id for sensor in sensors.values() if sensor.device == stories.STUCK[1]}

    bad = {row["id"]: row for row in rows if row["overall"] == "D"}

    assert dead | stuck <= bad.keys()
    assert all(any("newest reading is" in sentence for sentence in bad[one]["why"]) for one in dead)
    assert all(any("failed a test" in sentence for sentence in bad[one]["why"]) for one in stuck)
    assert all(bad[one]["contact"]["name"] and bad[one]["raise"] for one in dead | stuck)
    assert rows[0]["id"] in bad


def test_healthy_sensors_are_not_blamed_when_the_demo_city_is_new(rows: list[dict[str, Any]]) -> None:
    sensors = {sensor.id: sensor for sensor in city.make().sensors}
    told = {
        sensor.id
        for sensor in sensors.values()
        if sensor.source == city.DEAD_SOURCE or sensor.device in {*stories.STUCK, stories.DRIFTING}
    }
    healthy = [row for row in rows if row["id"] not in told]

    blamed = [row for row in healthy if row["overall"] == "D"]

    assert len(healthy) > 400
    assert len(blamed) <= len(healthy) / 20
