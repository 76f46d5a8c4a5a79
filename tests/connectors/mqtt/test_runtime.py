# SPDX-License-Identifier: Apache-2.0
"""Real server, real devices, real store."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.connectors.mqtt.conftest import source

from dothi.broker.door import Broker
from dothi.connectors.directory import Directory
from dothi.connectors.intake import Intake
from dothi.connectors.mqtt import stream
from dothi.connectors.mqtt.logins import Logins
from dothi.connectors.mqtt.runtime import Runtime
from dothi.sources.core.keys import hash_key
from dothi.sources.core.mapping_presets import PRESETS

PREFIX = "https://uri.etsi.org/ngsi-ld/default-context/"
URN = "urn:ngsi-ld:AirQualityObserved:air:"


def reading(number: int) -> str:
    return f'{{"observedAt": {1_790_000_000 + number}, "temperature": {20 + number % 10}}}'


@contextlib.asynccontextmanager
async def running(bus: Any, writer_url: str, directory: Directory) -> AsyncIterator[Runtime]:
    broker = await Broker.open(writer_url)
    runtime = Runtime(url=bus.url, password=bus.password, broker=broker, intake=Intake(directory))
    await runtime.open()
    stop = asyncio.Event()
    task = asyncio.create_task(runtime.run(stop))
    try:
        yield runtime
    finally:
        stop.set()
        await task
        await broker.close()


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is awaited happens in other processes
            await asyncio.sleep(0.02)


def history(owner: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(owner) as connection:
        return connection.execute(
            "SELECT count(*), count(DISTINCT (series, observed_at)), count(*) FILTER (WHERE superseded_at IS NOT NULL)"
            " FROM broker.history"
        ).fetchall()


def test_messages_are_stored_when_sent_with_any_quality(
    bus: Any, writer_url: str, database: str, directory: Directory
) -> None:
    def send() -> None:
        one, two = bus.device("a"), bus.device("b.1")
        for number in range(50):
            one.publish("air/a/up", reading(number), qos=1).wait_for_publish(5)
        two.publish("air/b.1/up", reading(1), qos=2).wait_for_publish(5)
        two.publish("air/b.1/up", reading(2), qos=0).wait_for_publish(5)
        for client in (one, two):
            client.disconnect()
            client.loop_stop()

    async def run() -> None:
        async with running(bus, writer_url, directory) as runtime:
            await asyncio.to_thread(send)
            await until(lambda: runtime._intake.counts["stored"] == 52)
            entity = await runtime._broker.entity("", URN + "b.1")
            assert entity is not None
            assert entity.attrs[PREFIX + "temperature"][""]["value"] == 22

    asyncio.run(run())

    assert history(database) == [(52, 52, 0)]


def test_device_stays_out_when_its_password_or_topic_is_not_its_own(
    bus: Any, writer_url: str, database: str, directory: Directory
) -> None:
    def act() -> None:
        with pytest.raises(PermissionError):
            bus.device("a", "wrong")
        with pytest.raises(PermissionError):
            bus.device("nobody")
        client = bus.device("a")
        client.publish("air/b.1/up", reading(1), qos=1).wait_for_publish(5)
        client.publish("air/a/up", reading(2), qos=1).wait_for_publish(5)
        client.disconnect()
        client.loop_stop()

    async def run() -> None:
        async with running(bus, writer_url, directory) as runtime:
            await asyncio.to_thread(act)
            await until(lambda: runtime._intake.counts["stored"] == 1)
            assert runtime._intake.counts["login"] == 2
            assert await runtime._broker.entity("", URN + "b.1") is None

    asyncio.run(run())

    assert history(database) == [(1, 1, 0)]


def test_garbage_is_counted_and_acknowledged_when_sent(
    bus: Any, writer_url: str, database: str, directory: Directory
) -> None:
    bad = [b"{", b"\xff\xfe", b"[" * 1000, b'{"temperature": NaN}', b'{"remark": "\\u0000"}', b"", b"[]"]

    def send() -> None:
        client, waiting = bus.device("a"), bus.device("w")
        for payload in bad:
            client.publish("air/a/up", payload, qos=1).wait_for_publish(5)
        client.publish("air/a/up", '{"observedAt": "2999-01-01T00:00:00Z", "temperature": 1}', qos=1)
        waiting.publish("air/w/up", reading(3), qos=1).wait_for_publish(5)
        client.publish("air/a/up", reading(4), qos=1).wait_for_publish(5)
        for one in (client, waiting):
            one.disconnect()
            one.loop_stop()

    async def run() -> dict[str, int]:
        async with running(bus, writer_url, directory) as runtime:
            await asyncio.to_thread(send)
            await until(lambda: runtime.stored == len(bad) + 3)
            js = runtime._client.jetstream()
            async with asyncio.timeout(10):
                while (await js.stream_info(stream.STREAM)).state.messages:  # noqa: ASYNC110 - another process answers
                    await asyncio.sleep(0.1)
            seen, refused = runtime._intake.drain()
            assert sum(one.times for one in seen) == len(bad) + 3
            assert {one.key for one in seen} >= {"a", "w"}
            assert all(one.reason for one in refused)
            return dict(runtime._intake.counts)

    counts = asyncio.run(run())

    reasons = {
        k: v for k, v in counts.items() if k not in {"rows", "kept", "stored", "repeats", "conflicts", "late"}
    }
    assert reasons == {
        "bad_json": 2,
        "too_deep": 1,
        "not_finite": 1,
        "bad_text": 1,
        "empty": 2,
        "future": 1,
        "waiting": 1,
    }
    assert history(database) == [(1, 1, 0)]


@pytest.mark.slow
def test_reading_goes_on_where_it_was_when_the_server_is_killed_and_started_again(
    bus: Any, writer_url: str, database: str, directory: Directory
) -> None:
    def send(first: int) -> None:
        client = bus.device("a")
        for number in range(first, first + 300):
            info = client.publish("air/a/up", reading(number), qos=1)
        info.wait_for_publish(20)
        client.disconnect()
        client.loop_stop()

    async def run() -> None:
        async with running(bus, writer_url, directory) as runtime:
            await asyncio.to_thread(send, 0)
            await until(lambda: runtime.stored >= 300)
            await asyncio.to_thread(bus.kill)
            await asyncio.to_thread(bus.start)
            await until(lambda: runtime._client.is_connected)
            await asyncio.to_thread(send, 300)
            await until(lambda: runtime._intake.counts["stored"] >= 600, 20)

    asyncio.run(run())

    assert history(database) == [(600, 600, 0)]


def test_nobody_is_let_in_before_the_consumer_stands_when_the_server_is_new(
    bus: Any, writer_url: str, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood: list[bool] = []
    serve = Logins.serve

    async def noting(self: Logins, client: Any) -> None:
        stood.append(await stream.stands(client))
        await serve(self, client)

    monkeypatch.setattr(Logins, "serve", noting)

    async def run() -> None:
        for _ in range(2):
            async with running(bus, writer_url, directory):
                pass

    asyncio.run(run())

    assert stood == [True, True]


@pytest.mark.slow
def test_reading_waits_in_the_stream_when_it_was_sent_while_nobody_read(
    bus: Any, writer_url: str, database: str, directory: Directory
) -> None:
    """The stream keeps what came while the ingest process was away."""

    async def run() -> None:
        async with running(bus, writer_url, directory) as runtime:
            client = await asyncio.to_thread(bus.device, "a")
        for number in range(200):
            info = client.publish("air/a/up", reading(number), qos=1)
        await asyncio.to_thread(info.wait_for_publish, 20)
        async with running(bus, writer_url, directory) as runtime:
            await until(lambda: runtime.stored >= 200)
        client.disconnect()
        client.loop_stop()

    asyncio.run(run())

    assert history(database) == [(200, 200, 0)]


DYING = """
import asyncio, os, signal, sys
sys.path.insert(0, {tests!r})
import conftest_of_mqtt as parts
from dothi.broker.door import Broker
from dothi.connectors.directory import Directory
from dothi.connectors.intake import Intake
from dothi.connectors.mqtt.runtime import Runtime
from dothi.sources.core.keys import hash_key
from dothi.sources.core.mapping_presets import PRESETS

class Dying:
    def __init__(self, broker): self.broker = broker
    async def write(self, writes):
        done = await self.broker.write(writes)
        os.kill(os.getpid(), signal.SIGKILL)
        return done

async def main():
    broker = await Broker.open({writer!r})
    directory = Directory([parts.source()], [parts.device("a")])
    runtime = Runtime(url={url!r}, password="secret", broker=Dying(broker), intake=Intake(directory))
    await runtime.open()
    print("ready", flush=True)
    await runtime.run(asyncio.Event())

asyncio.run(main())
"""


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_when_the_consumer_is_killed_between_commit_and_acknowledgement(
    bus: Any, writer_url: str, database: str, directory: Directory, tmp_path: Path
) -> None:
    here = Path(__file__).with_name("conftest.py")
    (tmp_path / "conftest_of_mqtt.py").write_text(here.read_text("utf-8"), "utf-8")
    script = DYING.format(tests=str(tmp_path), writer=writer_url, url=bus.url)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    total = 1_200

    def first_process() -> int:
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment, text=True
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            client = bus.device("a")
            info = None
            for number in range(total):
                info = client.publish("air/a/up", reading(number), qos=1)
            assert info is not None
            info.wait_for_publish(20)
            client.disconnect()
            client.loop_stop()
            return process.wait(20)

    async def second_process() -> None:
        async with running(bus, writer_url, directory) as runtime:
            await until(lambda: runtime.stored >= total, 20)
            assert runtime._intake.counts["repeats"] > 0

    died = first_process()
    committed = history(database)[0][0]
    asyncio.run(second_process())

    assert died == -signal.SIGKILL
    assert 0 < committed <= total
    assert history(database) == [(total, total, 0)]


@pytest.mark.parametrize(
    ("mapping", "topic", "payload"),
    [
        (PRESETS["tasmota"], "tele/moi-1/SENSOR", {"AM2301": {"Temperature": 29.5}}),
        (
            PRESETS["chirpstack"],
            "application/7/device/moi-1/event/up",
            {"deviceInfo": {"devEui": "moi-1"}, "object": {"temperature": 29.5}},
        ),
        (
            PRESETS["ttn"],
            "v3/app@tenant/devices/moi-1/up",
            {
                "end_device_ids": {"device_id": "moi-1"},
                "uplink_message": {"decoded_payload": {"temperature": 29.5}},
            },
        ),
        ({}, "air/moi-1/up", {"temperature": 29.5}),
    ],
)
def test_new_device_waits_when_the_gateway_of_its_source_brings_it(
    bus: Any, writer_url: str, mapping: dict[str, Any], topic: str, payload: dict[str, Any]
) -> None:
    options = {"gateway_hash": hash_key("good")}
    directory = Directory([source(id="user-gateway", mapping=mapping, options=options)])

    def send() -> None:
        client = bus.device("gateway")
        client.publish("elsewhere/moi-1/up", "{}", qos=1).wait_for_publish(5)
        client.publish(topic, json.dumps(payload), qos=1).wait_for_publish(5)
        client.disconnect()
        client.loop_stop()

    async def run() -> Runtime:
        async with running(bus, writer_url, directory) as runtime:
            await asyncio.to_thread(send)
            await until(lambda: runtime._intake.counts["waiting"] == 1)
            return runtime

    seen, refused = asyncio.run(run())._intake.drain()
    assert [(one.key, one.topic) for one in seen] == [("moi-1", topic)]
    assert [one.reason for one in refused] == ["waiting"]
