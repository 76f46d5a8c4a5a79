# SPDX-License-Identifier: Apache-2.0
"""The load generator's own process: takes one order as JSON on standard input, answers on standard output.

Kinds: `update` (two attributes of one entity), `batch` (many entities at once), `viewers` (live streams), `page`,
`mqtt` (QoS 1 by devices; ends when the last reading of each device can be read back, or at its deadline).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import msgspec
import uvloop

from dothi.cityhall.bench.client import Load
from dothi.cityhall.bench.mqtt import publish_all
from dothi.foundation.clock import iso

TYPE = "BenchSensor"
OPENING = 15
"""Seconds in which all viewers must be connected."""


class DeviceLogin(msgspec.Struct, kw_only=True):
    """How one device comes in, and the entity that its readings become."""

    username: str
    password: str
    topic: str
    entity: str


class Order(msgspec.Struct, kw_only=True):
    kind: Literal["update", "batch", "viewers", "mqtt", "page"]
    port: int
    token: str
    seconds: float
    connections: int
    first: int = 0
    count: int = 500
    rate: float = 0.0
    size: int = 500
    mqtt_port: int = 0
    path: str = ""
    devices: list[DeviceLogin] = []


class Answer(msgspec.Struct, kw_only=True):
    """`taken`: seconds of each request, or delays of each frame; `seconds`: how long it was measured."""

    taken: list[float]
    refused: int
    seconds: float
    count: int = 0


def entity_id(number: int) -> str:
    return f"urn:ngsi-ld:{TYPE}:bench-{number:05d}"


def _attributes(value: float) -> bytes:
    at = iso(datetime.now(UTC))
    return msgspec.json.encode(
        {
            "temperature": {"type": "Property", "value": value, "unitCode": "CEL", "observedAt": at},
            "relativeHumidity": {"type": "Property", "value": 50 + value, "unitCode": "P1", "observedAt": at},
        }
    )


def request(method: str, path: str, token: str, body: bytes, port: int) -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_UPDATE = (
    b'{"temperature":{"type":"Property","value":%05.2f,"unitCode":"CEL","observedAt":"%b"},'
    b'"relativeHumidity":{"type":"Property","value":%05.2f,"unitCode":"P1","observedAt":"%b"}}'
)


def updates(order: Order) -> Iterator[bytes]:
    """Single-entity updates of two attributes, round the entities; heads are made once, for the bodies are of one length."""
    at = iso(datetime.now(UTC)).encode()
    blank = bytes(len(_UPDATE % (0, at, 0, at)))
    heads = [
        request(
            "PATCH",
            f"/ngsi-ld/v1/entities/{entity_id(order.first + n)}/attrs",
            order.token,
            blank,
            order.port,
        )[: -len(blank)]
        for n in range(order.count)
    ]
    for n in itertools.count():
        at = iso(datetime.now(UTC)).encode()
        value = 20 + n % 1_000 / 100
        yield heads[n % order.count] + _UPDATE % (value, at, 50 + value, at)


def batch_body(first: int, size: int, value: float) -> bytes:
    body = [
        msgspec.json.encode({"id": entity_id(first + n), "type": TYPE})[:-1]
        + b","
        + _attributes(value + n / 100)[1:]
        for n in range(size)
    ]
    return b"[" + b",".join(body) + b"]"


def batches(order: Order) -> Iterator[bytes]:
    """Upserts of `size` entities each, every connection over its own part of the entities."""
    parts = max(1, order.count // order.size)
    for n in itertools.count():
        body = batch_body(order.first + n % parts * order.size, order.size, 20 + n % 500 / 100)
        yield request(
            "POST", "/ngsi-ld/v1/entityOperations/upsert?options=update", order.token, body, order.port
        )


def pages(order: Order) -> Iterator[bytes]:
    """One page again and again, as a browser asks for it that was never here; passkeys need the name localhost."""
    head = f"GET {order.path} HTTP/1.1\r\nHost: localhost:{order.port}\r\nAccept-Language: vi\r\n\r\n"
    return itertools.repeat(head.encode())


async def _viewer(order: Order, opened: asyncio.Event, delays: list[float], end: asyncio.Event) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", order.port, limit=1 << 20)
    writer.write(request("GET", f"/live/events?type={TYPE}", order.token, b"", order.port))
    try:
        while not end.is_set():
            line = await reader.readline()
            if not line:
                return
            opened.set()
            if line.startswith(b"data: {") and b'"at":"' in line[:80]:
                arrived = time.time()
                at = line[line.index(b'"at":"') + 6 :][:27].decode()
                delays.append(arrived - datetime.fromisoformat(at).timestamp())
    finally:
        opened.set()
        writer.close()


async def viewers(order: Order) -> Answer:
    """Open all streams, then note for each frame how long after its newest change it came."""
    delays: list[float] = []
    end = asyncio.Event()
    tasks = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(order.seconds + OPENING):
            for n in range(order.connections):
                opened = asyncio.Event()
                tasks.append(asyncio.create_task(_viewer(order, opened, delays, end)))
                if n % 50 == 0:
                    await opened.wait()
    await asyncio.sleep(2)
    delays.clear()
    begun = time.time()
    await asyncio.sleep(order.seconds)
    seconds = time.time() - begun
    end.set()
    taken = list(delays)
    # A viewer that ended by itself before it was told to lost its stream.
    refused = order.connections - sum(not task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return Answer(taken=taken, refused=refused, seconds=seconds)


def _readings(count: int, seconds: float, sent: list[int]) -> Iterator[bytes]:
    """Values that count up from 0, so that the last one that can be read back tells how many were stored."""
    start = time.time() - count / 1_000
    until = time.perf_counter() + seconds
    mine = len(sent)
    sent.append(0)
    for n in range(count):
        if time.perf_counter() > until:
            return
        at = iso(datetime.fromtimestamp(start + n / 1_000, UTC))
        sent[mine] = n + 1
        yield msgspec.json.encode({"t": at, "temperature": n})


async def _value(order: Order, entity: str) -> float | None:
    reader, writer = await asyncio.open_connection("127.0.0.1", order.port)
    head = request("GET", f"/ngsi-ld/v1/entities/{entity}?options=keyValues", order.token, b"", order.port)
    writer.write(head.replace(b"Host:", b"Connection: close\r\nHost:"))
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    body = answer[answer.index(b"{") : answer.rindex(b"}") + 1] if b" 200 " in answer[:16] else b"{}"
    value = msgspec.json.decode(body).get("temperature")
    return None if value is None else float(value)


async def mqtt(order: Order) -> Answer:
    """Publish for `seconds`, at most `count` by each device; `count` of the answer: how many were stored.

    The time ends when the last reading of each device can be read back, or after as long again: then what can be
    read back until there counts.
    """
    begun = time.perf_counter()
    sent: list[int] = []
    feeds = [_readings(order.count, order.seconds, sent) for _ in order.devices]
    waits = order.seconds * 2 + 2
    await asyncio.gather(
        *(
            publish_all(order.mqtt_port, d.username, d.username, d.password, d.topic, feed, waits)
            for d, feed in zip(order.devices, feeds, strict=True)
        )
    )
    acknowledged = time.perf_counter() - begun
    stored = dict.fromkeys((device.entity for device in order.devices), 0)
    while True:
        for entity, seen in stored.items():
            if seen < max(sent):
                stored[entity] = int(await _value(order, entity) or -1) + 1
        left = sum(sent) - sum(stored.values())
        if not left or time.perf_counter() - begun > waits:
            break
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - begun
    return Answer(taken=[acknowledged], refused=left, seconds=seconds, count=sum(stored.values()))


async def obey(order: Order) -> Answer:
    if order.kind == "mqtt":
        return await mqtt(order)
    if order.kind == "viewers":
        return await viewers(order)
    makers = {"update": updates, "batch": batches, "page": pages}
    requests = makers[order.kind](order)
    outcome = await Load(requests=requests, seconds=order.seconds, rate=order.rate).run(
        order.port, order.connections
    )
    return Answer(taken=outcome.taken, refused=outcome.refused, seconds=outcome.seconds)


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    answer = uvloop.run(obey(order))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
