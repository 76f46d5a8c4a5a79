# SPDX-License-Identifier: Apache-2.0
"""One MQTT client for each source that subscribes elsewhere; a message is acknowledged after the commit."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any

import structlog
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from dothi.connectors.directory import Registered
from dothi.connectors.intake import Intake
from dothi.connectors.writing import Broker, write_all
from dothi.foundation import clock
from dothi.sources.core.mapping_path import topic_filter

QUEUE = 20_000
BATCH = 500
log = structlog.get_logger(__name__)
Item = tuple[str, MQTTMessage, str]
Tell = Callable[[str, str, str], None]
"""(source id, state of `sources.link`, error)"""


def trouble(error: BaseException | None) -> tuple[str, str]:
    """The state that an error of the network stands for, and what the system says of it."""
    said = str(error or "")[:300]
    if isinstance(error, ssl.SSLError):
        return "tls", said
    if isinstance(error, socket.gaierror):
        return "no_host", said
    if isinstance(error, ConnectionRefusedError):
        return "no_port", said
    return "timeout" if isinstance(error, TimeoutError) else "away", said


class Subscription:
    """The client of one source. Its session is kept by the other side, which redelivers what was not acknowledged."""

    def __init__(self, source: Registered, put: Any, tell: Tell) -> None:
        self.source = source
        self._tell = tell
        self._heard = False
        options = source.row.options
        self._topics = options.get("topics") or [topic_filter(t) for t in source.mapping.topics] or ["#"]
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"dothi-{source.row.id}",
            clean_session=False,
            manual_ack=True,
        )
        if options.get("username"):
            self.client.username_pw_set(options["username"], options.get("password") or None)
        if options.get("tls"):
            self.client.tls_set_context(ssl.create_default_context())
        self.client.on_connect = self._connected
        self.client.on_connect_fail = self._away
        self.client.on_disconnect = self._lost
        self.client.on_subscribe = self._subscribed
        self.client.on_message = lambda _, __, message: put(source.row.id, message)
        self.client.reconnect_delay_set(1, 30)

    def open(self) -> None:
        options = self.source.row.options
        self.client.connect_async(str(options["host"]), int(options.get("port") or 1883), keepalive=60)
        self.client.loop_start()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _connected(self, client: Client, _data: Any, _flags: Any, reason: Any, _props: Any) -> None:
        if reason.is_failure:
            log.warning("subscribe.refused", source=self.source.row.slug, reason=str(reason))
            self._tell(self.source.row.id, "refused", str(reason))
            return
        client.subscribe([(topic, 1) for topic in self._topics])

    def _subscribed(self, _client: Client, _data: Any, _mid: int, reasons: Any, _props: Any) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        self._heard = not refused
        self._tell(self.source.row.id, "topics" if refused else "connected", ", ".join(refused))

    def _away(self, _client: Client, _data: Any) -> None:
        # paho calls this while it handles the error.
        state, said = trouble(sys.exc_info()[1])
        log.warning("subscribe.away", source=self.source.row.slug, reason=said)
        self._tell(self.source.row.id, state, said)

    def _lost(self, _client: Client, _data: Any, _flags: Any, reason: Any, _props: Any) -> None:
        # A refused login ends in a disconnection too; what was said of it must stay.
        if reason.is_failure and self._heard:
            self._heard = False
            self._tell(self.source.row.id, "lost", str(reason))


class Subscriptions:
    """All of them, following the directory."""

    def __init__(self, *, broker: Broker, intake: Intake) -> None:
        self._broker = broker
        self._intake = intake
        self._open: dict[str, Subscription] = {}
        self._queue: asyncio.Queue[Item] = asyncio.Queue(QUEUE)
        self._loop: asyncio.AbstractEventLoop | None = None

    def follow(self) -> None:
        """Open what is registered, close what is not, and open anew what was changed."""
        if self._loop is None:
            return
        wanted = {
            key: found
            for key, found in self._intake.directory.sources.items()
            if found.row.way == "subscribe" and found.row.options.get("host")
        }
        for key in set(self._open) - set(wanted):
            self._open.pop(key).close()
        for key, found in wanted.items():
            known = self._open.get(key)
            if known is not None and known.source.row.options != found.row.options:
                self._open.pop(key).close()
                known = None
            if known is None:
                self._open[key] = Subscription(found, self._put, self._told)
                self._open[key].open()
            else:
                known.source = found

    def _told(self, source_id: str, state: str, error: str) -> None:
        """On the client's thread: how its connection fares."""
        loop = self._loop
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(self._intake.linked, source_id, state, error)

    def _put(self, source_id: str, message: MQTTMessage) -> None:
        """On the client's thread: waits while too much is queued, which slows the other side down."""
        loop = self._loop
        if loop is not None and loop.is_running():
            item = (source_id, message, clock.iso(clock.now()))
            asyncio.run_coroutine_threadsafe(self._queue.put(item), loop).result()

    async def run(self, stop: asyncio.Event) -> None:
        """Take what comes until `stop`."""
        self._loop = asyncio.get_running_loop()
        self.follow()
        try:
            while not stop.is_set():
                try:
                    items = [await asyncio.wait_for(self._queue.get(), 1.0)]
                except TimeoutError:
                    continue
                while not self._queue.empty() and len(items) < BATCH:
                    items.append(self._queue.get_nowait())
                await self._store(items, stop)
        finally:
            self._loop = None
            while not self._queue.empty():
                self._queue.get_nowait()
            await asyncio.to_thread(self._close_all)

    def _close_all(self) -> None:
        for subscription in self._open.values():
            subscription.close()
        self._open.clear()

    async def _store(self, items: list[Item], stop: asyncio.Event) -> None:
        writes = []
        for source_id, message, received in items:
            found = self._intake.directory.sources.get(source_id)
            if found is not None:
                outcome = self._intake.take(
                    found.row,
                    found.mapping,
                    bytes(message.payload),
                    way="subscribe",
                    topic=message.topic,
                    received=received,
                )
                writes += outcome.writes
        if await write_all(self._broker, writes, self._intake, way="subscribe", stop=stop):
            for source_id, message, _ in items:
                known = self._open.get(source_id)
                if known is not None and message.qos:
                    known.client.ack(message.mid, message.qos)
