# SPDX-License-Identifier: Apache-2.0
"""Writers for the fault harness: each reading is sent until it is acknowledged, and every acknowledgement is kept.

A reading is (entity, observedAt, value) with a value that says which one it is, so a lost, a doubled and a changed
reading can be told apart afterwards. Talks to 127.0.0.1 only.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from dothi.cityhall.bench.load import DeviceLogin
from dothi.foundation import clock

START = datetime(2026, 1, 1, tzinfo=UTC)
TERM = "reading"
LAST_WORDS = 30.0
"""Seconds in which what was on its way at the end is still acknowledged."""


def observed_at(number: int) -> str:
    """The time of the n-th reading of an entity: one a second from a fixed start."""
    return clock.iso(START + timedelta(seconds=number))


@dataclass
class Tally:
    """What was acknowledged: entity -> how many readings (their numbers are 0 .. n-1)."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    successes: int = 0
    retries: int = 0
    last_success: float = 0.0
    longest_gap: float = 0.0
    refusals: dict[int, int] = field(default_factory=dict)

    def begin(self) -> None:
        """From now on measure gaps anew."""
        self.last_success = self.last_success or time.monotonic()
        self.longest_gap = 0.0

    def refused(self, status: int) -> None:
        self.refusals[status] = self.refusals.get(status, 0) + 1

    def succeeded(self) -> None:
        """Note an acknowledgement, and how long it is since the one before."""
        now = time.monotonic()
        self.successes += 1
        if self.last_success:
            self.longest_gap = max(self.longest_gap, now - self.last_success)
        self.last_success = now

    @property
    def total(self) -> int:
        return sum(self.acknowledged.values())


class HttpWriter(threading.Thread):
    """One connection that appends readings to one entity, at most `rate` a second, until told to stop."""

    def __init__(self, *, port: int, token: str, entity: str, rate: float, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.token, self.entity, self.rate, self.stop_asked = port, token, entity, rate, stop
        self.tally = Tally({entity: 0})
        self.connection: http.client.HTTPConnection | None = None

    def _send(self, number: int) -> int:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        reading = {"type": "Property", "value": number, "observedAt": observed_at(number)}
        path = f"/ngsi-ld/v1/entities/{self.entity}/attrs"
        method, body = "POST", json.dumps({TERM: reading})
        if number == 0:
            path = "/ngsi-ld/v1/entityOperations/upsert?options=update"
            body = json.dumps([{"id": self.entity, "type": "FaultProbe", TERM: reading}])
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status

    def run(self) -> None:
        due = time.monotonic()
        number = 0
        while not self.stop_asked.is_set():
            try:
                status = self._send(number)
            except (OSError, http.client.HTTPException):
                self.connection = None
                self.tally.retries += 1
                time.sleep(0.02)
                continue
            if status not in {200, 201, 204}:
                self.tally.refused(status)
                time.sleep(0.05)
                continue
            number += 1
            self.tally.acknowledged[self.entity] = number
            self.tally.succeeded()
            due = max(due + 1 / self.rate, time.monotonic() - 0.1)
            time.sleep(max(0.0, due - time.monotonic()))


class PageReader(threading.Thread):
    """A visitor who opens a page through the front door, again and again; only the page itself counts."""

    def __init__(self, *, port: int, stop: threading.Event, path: str = "/", pause: float = 0.2) -> None:
        super().__init__(daemon=True)
        self.port, self.path, self.pause, self.stop_asked = port, path, pause, stop
        self.tally = Tally()

    def run(self) -> None:
        while not self.stop_asked.is_set():
            try:
                status, _ = ask("GET", self.port, self.path, timeout=10)
            except (OSError, http.client.HTTPException):
                self.tally.retries += 1
            else:
                if status == 200:
                    self.tally.succeeded()
                else:
                    self.tally.refused(status)
            time.sleep(self.pause)


def ask(
    method: str, port: int, path: str, body: bytes = b"", *, timeout: float = 5, **headers: str
) -> tuple[int, dict[str, str]]:
    """One request on a connection of its own: status and headers in lower case. `_` in a name stands for `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, named)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def seconds_without(writers: Sequence[Load], since: float, *, timeout: float) -> float | None:
    """The longest time that any was without an answer after `since` (monotonic); None: one is still at `timeout`.

    All of them, for the first one back says nothing of the last. A writer's own pause before it connects again counts:
    its device has it, too. Answers that were on their way count as the old service: the new one begins half a second
    later at the earliest.
    """
    while min(w.tally.last_success for w in writers) <= since + 0.5:
        if time.monotonic() - since > timeout:
            return None
        time.sleep(0.01)
    return max(w.tally.longest_gap for w in writers)


class MqttWriter(threading.Thread):
    """One device with a lasting session: readings at QoS 1, at most `rate` a second; PUBACK is the acknowledgement.

    Readings that were on their way when a connection broke are sent again by the client, in order.
    """

    def __init__(
        self, *, port: int, login: DeviceLogin, rate: float, stop: threading.Event, window: int = 200
    ) -> None:
        super().__init__(daemon=True)
        self.login, self.rate, self.stop_asked, self.window = login, rate, stop, window
        self.tally = Tally()
        self.waiting: dict[int, int] = {}
        self.done: set[int] = set()
        self.early: set[int] = set()
        self.lock = threading.Lock()
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=login.username, clean_session=False)
        self.client.username_pw_set(login.username, login.password)
        self.client.reconnect_delay_set(min_delay=1, max_delay=1)
        self.client.max_inflight_messages_set(window)
        self.client.max_queued_messages_set(0)
        self.client.on_publish = self._acknowledged
        self.client.connect_async("127.0.0.1", port, keepalive=10)

    def _acknowledged(self, _client: object, _data: object, mid: int, *_: object) -> None:
        with self.lock:
            number = self.waiting.pop(mid, None)
            if number is not None:
                self.done.add(number)
            else:
                self.early.add(mid)
            self.tally.succeeded()

    def run(self) -> None:
        self.client.loop_start()
        due = time.monotonic()
        number = 0
        while not self.stop_asked.is_set():
            if len(self.waiting) >= self.window:
                time.sleep(0.01)
                continue
            payload = json.dumps({"t": observed_at(number), "temperature": number})
            sent = self.client.publish(
                self.login.topic, payload, qos=1
            )  # never under our lock: it takes the client's
            with self.lock:
                if sent.mid in self.early:
                    self.early.discard(sent.mid)
                    self.done.add(number)
                else:
                    self.waiting[sent.mid] = number
            number += 1
            due = max(due + 1 / self.rate, time.monotonic() - 0.1)
            time.sleep(max(0.0, due - time.monotonic()))
        finish = time.monotonic() + LAST_WORDS
        while self.waiting and time.monotonic() < finish:
            time.sleep(0.02)
        self.client.disconnect()
        self.client.loop_stop()


Load = HttpWriter | MqttWriter | PageReader
