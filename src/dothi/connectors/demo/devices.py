# SPDX-License-Identifier: Apache-2.0
"""The demo devices alive: one MQTT connection for each gateway, each device at its own period with its own delay.

They know nothing of Dothi but an address, a name and a password, as real devices do.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from dothi.connectors.demo.city import Sensor
from dothi.connectors.demo.noise import number
from dothi.connectors.demo.payload import message, topic
from dothi.connectors.demo.series import World, times

log = structlog.get_logger(__name__)
WAITING_LIMIT = 2_000
"""Messages a gateway keeps while it cannot reach the city; older gateways keep fewer."""


@dataclass(frozen=True)
class Login:
    username: str
    password: str = field(repr=False)


def first_after(sensor: Sensor, at: float) -> float:
    """The next instant at which the device measures, after `at`."""
    return float(times(sensor, at + 0.001, at + sensor.kind.period + 1.0)[0])


def delay(sensor: Sensor, at: float) -> float:
    """Seconds from measuring to sending: a device wakes, measures, waits for its radio."""
    return 0.2 + number(sensor.device, int(at)) % 1_000 / 1_000 * min(2.5, sensor.kind.period / 20)


@dataclass
class Fleet:
    """All gateways. `clock` is injected so that tests need not wait; `sent` counts what was handed to MQTT."""

    world: World
    logins: Mapping[str, Login]
    host: str
    port: int
    clock: Callable[[], float] = time.time
    sent: int = 0
    clients: dict[str, Client] = field(default_factory=dict)

    def open(self) -> None:
        """Connect every gateway that has a login; a lost connection is taken up again by itself."""
        for slug, login in self.logins.items():
            client = Client(CallbackAPIVersion.VERSION2, client_id=f"{slug}-gateway", clean_session=True)
            client.username_pw_set(login.username, login.password)
            client.max_queued_messages_set(WAITING_LIMIT)
            client.reconnect_delay_set(1, 30)
            client.connect_async(self.host, self.port, keepalive=60)
            client.loop_start()
            self.clients[slug] = client

    def close(self) -> None:
        for client in self.clients.values():
            client.disconnect()
            client.loop_stop()
        self.clients.clear()

    async def live(self, stop: asyncio.Event, since: float | None = None) -> None:
        """Publish until `stop`. With `since`, first what was measured from then on, as devices with memory do."""
        start = self.clock() if since is None else since
        due: list[tuple[float, str, float, Sensor]] = []
        for sensor in self.world.city.sensors:
            at = first_after(sensor, start)
            heapq.heappush(due, (at + delay(sensor, at), sensor.device, at, sensor))
        while not stop.is_set():
            wait = due[0][0] - self.clock()
            if wait > 0:
                try:
                    await asyncio.wait_for(stop.wait(), wait)
                except TimeoutError:
                    continue
                return
            _, _, at, sensor = heapq.heappop(due)
            self._send(sensor, at)
            if self.sent % 200 == 0:
                await asyncio.sleep(0)
            following = first_after(sensor, at)
            heapq.heappush(due, (following + delay(sensor, following), sensor.device, following, sensor))

    def _send(self, sensor: Sensor, at: float) -> None:
        client = self.clients.get(sensor.source)
        body = message(self.world, sensor, at)
        if client is None or body is None:
            return
        client.publish(topic(sensor), body, qos=1)
        self.sent += 1
