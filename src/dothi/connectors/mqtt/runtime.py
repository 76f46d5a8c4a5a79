# SPDX-License-Identifier: Apache-2.0
"""MQTT in the ingest process: fetch, map, write, and acknowledge only after the commit.

The next batch is fetched and mapped while one is being written. What a dead process had fetched comes again; what it had
committed is then found to be there.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime

import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js import JetStreamContext

from dothi.broker.model import Write
from dothi.connectors.directory import Directory
from dothi.connectors.intake import Intake
from dothi.connectors.mqtt import stream
from dothi.connectors.mqtt.logins import Login, Logins
from dothi.connectors.mqtt.signing import Issuer
from dothi.connectors.mqtt.topics import subjects_to_hear, topic_of
from dothi.connectors.writing import Broker, write_all
from dothi.foundation import clock
from dothi.sources.core import topics

BATCH = 500
FETCH_SECONDS = 1.0
QUEUE = 20_000
"""QoS 0 messages that wait to be written; more are dropped and counted, as QoS 0 allows."""
log = structlog.get_logger(__name__)


class Runtime:
    """The consumers. `open`, then `run` until stopped; devices may be let in once `open` has returned."""

    def __init__(self, *, url: str, password: str, broker: Broker, intake: Intake) -> None:
        self._url = url
        self._password = password
        self._broker = broker
        self._intake = intake
        self._client: Client | None = None
        self._pull: JetStreamContext.PullSubscription | None = None
        self._plain: dict[str, Subscription] = {}
        self._queue: asyncio.Queue[Msg] = asyncio.Queue(QUEUE)
        self.stored = 0
        self.behind = 0
        """Messages that wait in the server's stream, as of the last batch."""

    @property
    def directory(self) -> Directory:
        return self._intake.directory

    async def open(self) -> None:
        """Connect, make and verify the durable consumer, and answer who may connect: never before one exists."""
        self._client = await nats.connect(
            self._url,
            name="dothi ingest",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,
            pending_size=8 * 1024 * 1024,
            error_cb=_told,
        )
        if not await stream.stands(self._client):
            self._pull = await stream.ensure(self._client)
        # Before the rest is verified, for the devices of a city that starts again ask at once and would wait.
        await Logins(Issuer(self._password), self, self._refused_login).serve(self._client)
        await self._client.flush()
        if self._pull is None:
            self._pull = await stream.ensure(self._client)
        await self.listen()
        await self._client.flush()

    async def listen(self) -> None:
        """Hear QoS 0 under the filters of the moment; call it again when the directory was filled again."""
        if self._client is None:
            return
        wanted = subjects_to_hear(self.directory.filters())
        for subject in wanted - set(self._plain):
            self._plain[subject] = await self._client.subscribe(subject, cb=self._heard)
        for subject in set(self._plain) - wanted:
            await self._plain.pop(subject).unsubscribe()

    def login(self, username: str, password: str) -> Login | None:
        """The login of a registered device, or of a source's gateway, when the password is right."""
        device = self.directory.user(username, password)
        if device is not None:
            return Login(username=username, topics=device.topics)
        found = self.directory.gateway(username, password)
        if found is None:
            return None
        allowed = topics.gateway_topics(found.row.slug, found.mapping.topics)
        return Login(username=username, topics=allowed)

    def _refused_login(self, username: str) -> None:
        device = self.directory.by_user.get(username)
        source_id = device.source_id if device is not None else self.directory.gateways.get(username, "")
        registered = self.directory.sources.get(source_id)
        self._intake.refuse(
            registered.row if registered else None,
            way="mqtt",
            reason="login",
            key=device.key if device is not None else "",
            detail=username,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop`; then what was fetched is finished and the connection closed."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._durable(stop))
                tasks.create_task(self._plain_loop(stop))
        finally:
            if self._client is not None:
                with contextlib.suppress(nats.errors.Error, OSError):
                    await self._client.close()

    async def _durable(self, stop: asyncio.Event) -> None:
        following: asyncio.Task[list[Msg]] | None = None
        storing: asyncio.Task[None] | None = None
        while not stop.is_set():
            try:
                batch = await (following or self._fetch())
                following = asyncio.create_task(self._fetch()) if len(batch) == BATCH else None
                writes = self._writes(batch)
                if storing is not None:
                    before, storing = storing, None
                    await before
                if batch:
                    storing = asyncio.create_task(self._store(batch, writes, stop))
                if storing is not None and following is None:
                    before, storing = storing, None
                    await before
            except (nats.errors.Error, OSError) as error:
                log.warning("mqtt.consumer.interrupted", error=str(error))
                following = None
                await _pause(stop, 0.5)
                await self._again()
        if following is not None:
            following.cancel()
        if storing is not None:
            with contextlib.suppress(nats.errors.Error, OSError):
                await storing

    async def _again(self) -> None:
        """Stream and consumer are made again when the server lost its store."""
        if self._client is not None and self._client.is_connected:
            with contextlib.suppress(nats.errors.Error, OSError):
                self._pull = await stream.ensure(self._client)

    async def _fetch(self) -> list[Msg]:
        assert self._pull is not None
        try:
            return await self._pull.fetch(BATCH, timeout=FETCH_SECONDS)
        except (nats.errors.TimeoutError, TimeoutError):
            return []

    def _writes(self, batch: list[Msg]) -> list[Write]:
        writes: list[Write] = []
        for message in batch:
            sent, self.behind = stream.place_in_stream(message.reply)
            received = clock.iso(datetime.fromtimestamp(int(sent) / 1e9, UTC))
            self._map(message.subject.removeprefix(stream.PREFIX), message.data, received, writes)
        return writes

    async def _store(self, batch: list[Msg], writes: list[Write], stop: asyncio.Event) -> None:
        if await write_all(self._broker, writes, self._intake, way="mqtt", stop=stop):
            assert self._client is not None
            for message in batch:
                await self._client.publish(message.reply, stream.ACK)
            self.stored += len(batch)

    def _map(self, subject: str, payload: bytes, received: str, writes: list[Write]) -> None:
        topic = topic_of(subject)
        route = self.directory.route(topic)
        if route is None:
            self._intake.nobody(way="mqtt", topic=topic, payload=payload)
            return
        outcome = self._intake.take(
            route.source,
            route.mapping,
            payload,
            way="mqtt",
            topic=topic,
            received=received,
            device=route.device,
        )
        writes += outcome.writes

    async def _heard(self, message: Msg) -> None:
        # QoS 1 and 2 come here too; the durable consumer has them.
        if message.subject[:1] == "$" or (message.headers or {}).get("Nmqtt-Pub") != "0":
            return
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self._intake.counts["qos0_dropped"] += 1

    async def _plain_loop(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                first = await asyncio.wait_for(self._queue.get(), FETCH_SECONDS)
            except TimeoutError:
                continue
            writes: list[Write] = []
            received = clock.iso(clock.now())
            self._map(first.subject, first.data, received, writes)
            for _ in range(min(BATCH, self._queue.qsize())):
                message = self._queue.get_nowait()
                self._map(message.subject, message.data, received, writes)
            await write_all(self._broker, writes, self._intake, way="mqtt", stop=stop)


async def _told(error: Exception) -> None:
    log.warning("mqtt.bus", error=str(error) or type(error).__name__)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
