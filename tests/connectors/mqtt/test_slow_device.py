# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

from dothi.cityhall import ports, programs
from dothi.connectors.mqtt import nats_config

SLOW = 3.0
"""Seconds, more than the server waits for our answer about a login."""


def test_a_device_may_take_its_time_when_its_radio_is_slow(tmp_path: Path) -> None:
    client, mqtt = ports.choose(2)
    file = tmp_path / "nats.conf"
    file.write_text(
        nats_config.text(
            client_port=client, user="dothi", password="p", mqtt_host="127.0.0.1", mqtt_port=mqtt,
            store_dir=tmp_path / "store", max_file_store=10**8,
        )
    )  # fmt: skip
    command = [str(programs.program("nats-server")), "--config", str(file)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 20
            while not ports.answers("127.0.0.1", mqtt):
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            with socket.create_connection(("127.0.0.1", mqtt)) as device:
                device.settimeout(SLOW)
                try:
                    heard = device.recv(1)
                except TimeoutError:
                    heard = None
        finally:
            server.kill()

    assert heard is None, "it was sent away"
