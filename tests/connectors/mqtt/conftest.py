# SPDX-License-Identifier: Apache-2.0
"""A real nats-server and devices that know only its address, a name and a password."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from dothi.cityhall.programs import program
from dothi.connectors.directory import Directory
from dothi.connectors.mqtt import nats_config
from dothi.sources.core.keys import hash_key
from dothi.sources.core.store import DeviceRow, SourceRow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Bus:
    url: str
    mqtt_port: int
    folder: Path
    password: str = "secret"
    server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(
                [program("nats-server"), "-c", self.folder / "nats.conf"], stdout=log, stderr=log
            )
        port = int(self.url.rpartition(":")[2])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill -9; what it had acknowledged is on its disk."""
        assert self.server is not None
        self.server.kill()
        self.server.wait()

    def device(self, key: str, password: str = "good") -> Client:
        """A connected device; raises when it is not let in."""
        answers: list[Any] = []
        client = Client(CallbackAPIVersion.VERSION2, f"device-{key.replace('.', '-')}")
        client.username_pw_set(f"user-{key}", password)
        client.on_connect = lambda *args: answers.append(args[3])
        client.connect("127.0.0.1", self.mqtt_port)
        client.loop_start()
        deadline = time.monotonic() + 5
        while not answers and time.monotonic() < deadline:
            time.sleep(0.01)
        if not answers or answers[0].is_failure:
            client.disconnect()
            client.loop_stop()
            raise PermissionError(str(answers[:1]))
        return client


@pytest.fixture
def bus() -> Iterator[Bus]:
    folder = Path(tempfile.mkdtemp(prefix="dothi-nats-"))
    client_port, mqtt_port = free_port(), free_port()
    config = folder / "nats.conf"
    config.write_text(
        nats_config.text(
            client_port=client_port,
            user="dothi",
            password="secret",
            mqtt_host="127.0.0.1",
            mqtt_port=mqtt_port,
            store_dir=folder / "store",
            max_file_store=300_000_000,
        )
    )
    made = Bus(f"nats://dothi:secret@127.0.0.1:{client_port}", mqtt_port, folder)
    made.start()
    yield made
    made.kill()
    shutil.rmtree(folder, ignore_errors=True)


def source(**values: Any) -> SourceRow:
    given: dict[str, Any] = {
        "id": "s1", "tenant": "", "slug": "air", "name": "Air", "way": "mqtt", "period": 60, "mapping": {},
        "options": {}, "token_hash": hash_key("token"), "simulated": False, "muted": False, "retired": False,
    }  # fmt: skip
    return SourceRow(**(given | values))


def device(key: str, **values: Any) -> DeviceRow:
    given: dict[str, Any] = {
        "id": f"d-{key}", "tenant": "", "source_id": "s1", "key": key, "name": key, "kind": "air",
        "entity_id": f"urn:ngsi-ld:AirQualityObserved:air:{key}", "entity_type": "AirQualityObserved",
        "unit_code": "", "state": "accepted", "topics": [f"air/{key}/#"], "username": f"user-{key}",
        "password_hash": hash_key("good"), "period": 60, "mapping": None, "lon": None, "lat": None,
    }  # fmt: skip
    return DeviceRow(**(given | values))


@pytest.fixture
def directory() -> Directory:
    return Directory([source()], [device("a"), device("b.1"), device("w", state="waiting")])


def reading(number: int, **more: Any) -> str:
    return json.dumps({"observedAt": 1_790_000_000 + number, "temperature": 20 + number % 10} | more)
