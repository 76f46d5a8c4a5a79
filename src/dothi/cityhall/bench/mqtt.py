# SPDX-License-Identifier: Apache-2.0
"""MQTT 3.1.1 for load: connect, publish with QoS 1 and a window, count acknowledgements; nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Iterator

WINDOW = 400
"""Messages under way on one connection before the first must be acknowledged."""


class Refused(ConnectionError):
    """The server did not let the client in."""


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("!H", len(raw)) + raw


def _packet(kind: int, body: bytes) -> bytes:
    length, out = len(body), bytearray([kind])
    while True:
        length, digit = divmod(length, 128)
        out.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(out) + body


def connect_packet(client: str, username: str, password: str) -> bytes:
    """CONNECT with a clean session (MQTT 3.1.1, 3.1)."""
    head = _text("MQTT") + bytes([4, 0xC2]) + struct.pack("!H", 60)
    return _packet(0x10, head + _text(client) + _text(username) + _text(password))


def publish_packet(topic: str, number: int, payload: bytes) -> bytes:
    """PUBLISH with QoS 1 (3.3)."""
    return _packet(0x32, _text(topic) + struct.pack("!H", number) + payload)


async def publish_all(
    port: int,
    client: str,
    username: str,
    password: str,
    topic: str,
    payloads: Iterator[bytes],
    patience: float,
) -> int:
    """Publish every payload and wait for every PUBACK, `patience` seconds at most; returns how many came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(connect_packet(client, username, password))
    answer = await asyncio.wait_for(reader.readexactly(4), 10)
    if answer[3]:
        raise Refused(f"The server refused {username} with code {answer[3]}")
    window = asyncio.Semaphore(WINDOW)
    acknowledged = sent = 0
    everything = asyncio.Event()

    async def listen() -> None:
        nonlocal acknowledged
        while True:
            await reader.readexactly(4)
            acknowledged += 1
            window.release()
            if everything.is_set() and acknowledged == sent:
                return

    listening = asyncio.create_task(listen())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            for payload in payloads:
                await window.acquire()
                sent += 1
                writer.write(publish_packet(topic, sent % 65_535 + 1, payload))
                if sent % 100 == 0:
                    await writer.drain()
            everything.set()
            if acknowledged < sent:
                await listening
    listening.cancel()
    writer.close()
    return acknowledged
