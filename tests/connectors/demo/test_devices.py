# SPDX-License-Identifier: Apache-2.0
"""The fleet against a real MQTT server."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from dothi.cityhall import programs
from dothi.connectors.demo import city
from dothi.connectors.demo.devices import Fleet, Login, delay, first_after
from dothi.connectors.demo.series import World
from dothi.connectors.demo.weather import at_local

ANCHOR = date(2026, 11, 23)
NOW = at_local(ANCHOR, 18)
WORLD = World(city.make(), ANCHOR)


@pytest.fixture
def mqtt_port(tmp_path: Path) -> Iterator[int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        mqtt, plain = one.getsockname()[1], other.getsockname()[1]
    config = tmp_path / "nats.conf"
    config.write_text(
        f'server_name: t\nlisten: "127.0.0.1:{plain}"\njetstream {{ store_dir: "{tmp_path}/store" }}\n'
        f'mqtt {{ listen: "127.0.0.1:{mqtt}" }}\n'
        'authorization { users: [ { user: "gateway", password: "right" } ] }\n'
    )
    server = subprocess.Popen([programs.program("nats-server"), "-c", str(config)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", mqtt)) == 0:
                break
        time.sleep(0.05)
    yield mqtt
    server.terminate()
    server.wait()


def test_devices_publish_what_they_measured_when_connected(mqtt_port: int) -> None:
    got: dict[str, list[dict[str, object]]] = {}
    watcher = Client(CallbackAPIVersion.VERSION2)
    watcher.username_pw_set("gateway", "right")
    watcher.on_message = lambda _c, _u, m: got.setdefault(m.topic, []).append(msgspec.json.decode(m.payload))
    listening = threading.Event()
    watcher.on_subscribe = lambda *_: listening.set()
    watcher.connect("127.0.0.1", mqtt_port)
    watcher.subscribe("demo-traffic/#", qos=1)
    watcher.loop_start()
    assert listening.wait(10)
    login = Login("gateway", "right")
    fleet = Fleet(WORLD, {"demo-traffic": login}, "127.0.0.1", mqtt_port, clock=lambda: NOW)
    fleet.open()

    async def live() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(fleet.live(stop, since=NOW - 125))
        for _ in range(400):
            await asyncio.sleep(0.05)
            if sum(map(len, got.values())) >= fleet.sent >= 120:
                break
        stop.set()
        await asyncio.wait_for(task, 5)

    asyncio.run(live())
    fleet.close()
    watcher.disconnect()
    watcher.loop_stop()

    assert len(got) == city.COUNTS["traffic"]
    assert {len(messages) for messages in got.values()} <= {2, 3}
    assert sum(map(len, got.values())) == fleet.sent
    first = got["demo-traffic/traffic-001/up"][0]
    assert set(first) == {"t", "intensity", "averageVehicleSpeed"}


def test_device_keeps_its_period_when_living() -> None:
    for sensor in WORLD.city.sensors:
        first = first_after(sensor, NOW)
        second = first_after(sensor, first)

        assert NOW < first <= NOW + sensor.kind.period
        assert second - first == sensor.kind.period
        assert 0 < delay(sensor, first) < sensor.kind.period
