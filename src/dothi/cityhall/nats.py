# SPDX-License-Identifier: Apache-2.0
"""The message bus: nats-server with JetStream and MQTT, opened to devices only when nothing can be lost.

The stream of MQTT keeps only what a consumer wants, so a message sent before our consumer exists is acknowledged
and gone (house decision 9). Therefore MQTT first listens on a private loopback port; when the ingest process has
made and verified its consumer, the server starts again with the public one. Later starts open at once: the
consumer lies on the same disk as the stream.
"""

from __future__ import annotations

import os
from pathlib import Path

from dothi.cityhall import ports, programs
from dothi.cityhall.children import Child
from dothi.cityhall.folders import free_bytes, own, secret
from dothi.connectors.mqtt import nats_config
from dothi.foundation.settings import Settings

USER = "dothi"
LEAST_STORE, LARGEST_STORE = 256 * 1024 * 1024, 10 * 1024 * 1024 * 1024


def folder(settings: Settings) -> Path:
    return settings.data_path / "nats"


def client_port(settings: Settings) -> int:
    """The private loopback port of clients, chosen at first start and kept."""
    file = settings.data_path / "secrets" / "nats_port"
    if file.exists():
        known = int(file.read_text("ascii"))
        if not ports.problem("127.0.0.1", known) or ports.answers("127.0.0.1", known):
            return known
    (chosen,) = ports.choose(1)
    file.write_text(str(chosen), "ascii")
    own(file, 0o600)
    return chosen


def url(settings: Settings) -> str:
    """Address for our own processes."""
    return f"nats://{USER}:{secret(settings.data_path, 'nats')}@127.0.0.1:{client_port(settings)}"


def opened_mark(settings: Settings) -> Path:
    """Stands in the store itself, so that it goes when the store goes."""
    return folder(settings) / "consumer-verified"


def is_verified(settings: Settings) -> bool:
    return opened_mark(settings).exists()


def note_verified(settings: Settings) -> None:
    """Call it when the ingest process has said that its durable consumer exists."""
    opened_mark(settings).touch()
    own(opened_mark(settings), 0o644)


def store_limit(settings: Settings) -> int:
    """Disk for messages not yet stored: a tenth of the free room, so devices are never locked out by a small one."""
    room = free_bytes(settings.data_path) // 10
    return max(LEAST_STORE, min(LARGEST_STORE, room))


def configure(settings: Settings, *, mqtt_host: str, mqtt_port: int) -> Path:
    """Write the server's configuration; returns the file."""
    file = folder(settings) / "nats.conf"
    text = nats_config.text(
        client_port=client_port(settings),
        user=USER,
        password=secret(settings.data_path, "nats"),
        mqtt_host=mqtt_host,
        mqtt_port=mqtt_port,
        store_dir=folder(settings) / "store",
        max_file_store=store_limit(settings),
    )
    file.touch()
    own(file, 0o600)
    file.write_text(text, "utf-8")
    return file


def place(settings: Settings, *, is_open: bool) -> tuple[str, int]:
    """Where MQTT listens: in public, or hidden on a loopback port of the moment."""
    if is_open:
        return settings.host, settings.mqtt_port_used
    return "127.0.0.1", ports.choose(1)[0]


def child(settings: Settings) -> Child:
    """The server, hidden until its consumer has been verified once."""
    host, port = place(settings, is_open=is_verified(settings))
    file = configure(settings, mqtt_host=host, mqtt_port=port)
    known = client_port(settings)
    return Child(
        name="nats",
        command=[
            str(programs.readable(programs.program("nats-server"), settings.data_path)),
            "--config",
            str(file),
        ],
        log=settings.data_path / "logs" / "nats.log",
        ready=lambda: ports.answers("127.0.0.1", known),
        environment={"PATH": os.defpath, "GOMEMLIMIT": "200MiB"},
        patience=1.0,
    )


def open_to_devices(settings: Settings) -> None:
    """Note that the consumer exists and write the public configuration; the server must then start again."""
    note_verified(settings)
    host, port = place(settings, is_open=True)
    configure(settings, mqtt_host=host, mqtt_port=port)
