# SPDX-License-Identifier: Apache-2.0
"""`dothi check`: an empty city, one reading by each way in, read back by each way out; then it is gone.

For operators after an upgrade and for every commit. Works in a temporary folder, on ports of its own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from dothi.cityhall.bench.instance import Instance
from dothi.cityhall.commands.beside import output_of
from dothi.cityhall.report import Report
from dothi.foundation import clock

PATIENCE = 30.0
ENTITY = "urn:ngsi-ld:AirQualityObserved:check:0"


class Failed(Exception):
    """A step did not do what it should; the text says which and what came instead."""


class Check:
    """The steps, on one running city."""

    def __init__(self, city: Instance) -> None:
        self.city = city
        self.at = clock.iso(clock.now() - timedelta(seconds=5))
        self.parts: dict[str, dict[str, str]] = {}
        self.frames: list[str] = []
        self.trouble = ""
        self.listening = threading.Event()
        self.done = threading.Event()

    def ask(self, path: str, body: Any = None, *, token: str = "", method: str = "") -> tuple[int, Any]:
        """One request through the front door; the answer's JSON, or its text."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.city.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {token or self.city.token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
            method=method or ("GET" if body is None else "POST"),
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - same
                return answer.status, _read(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _read(error.read())

    def until(self, look: Callable[[], Any], what: str) -> Any:
        """What `look` finds, as soon as it finds something."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        raise Failed(f"{what} within {PATIENCE:.0f} s; logs: {self.city.settings.data_path / 'logs'}")

    # ways in

    def pages(self) -> None:
        status, _ = self.ask("/")
        if status != 200:
            raise Failed(f"the home page answered {status}")

    def prepare(self) -> None:
        printed = output_of(self.city.settings, "dothi.cityhall.processes.check_parts", self.at)
        self.parts = json.loads(printed.splitlines()[-1])

    def listen(self) -> None:
        """Open the event stream and keep its frames until the end."""
        threading.Thread(target=self._listen, daemon=True).start()
        if not self.listening.wait(PATIENCE):
            raise Failed(f"the event stream did not open ({self.trouble or 'no answer'})")

    def _listen(self) -> None:
        """Until the check is over; a stream that breaks is opened again, as browsers do."""
        while not self.done.is_set():
            try:
                self._follow()
            except (OSError, http.client.HTTPException) as error:
                self.trouble = str(error)
            self.done.wait(0.2)

    def _follow(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.city.port, timeout=5)
        headers = {"Authorization": f"Bearer {self.city.token}", "Accept": "text/event-stream"}
        connection.request("GET", "/live/events", headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            self.trouble = f"{answer.status} {answer.read(300)!r}"
            return
        self.listening.set()
        while not self.done.is_set():
            line = answer.readline()
            if not line:
                return
            if line.startswith(b"data:"):
                self.frames.append(line.decode())

    def by_ngsi(self) -> None:
        entity = {
            "id": ENTITY,
            "type": "AirQualityObserved",
            "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [105.84, 21.01]}},
            "temperature": {"type": "Property", "value": 20.5, "unitCode": "CEL", "observedAt": self.at},
        }
        status, told = self.ask("/ngsi-ld/v1/entityOperations/upsert", [entity])
        if status not in {201, 204}:
            raise Failed(f"NGSI-LD refused the reading: {status} {told}")

    def by_http(self) -> None:
        push = self.parts["http"]
        reading = {"id": "d1", "observedAt": self.at, "temperature": 21.5}

        def send() -> bool:
            # The broker process hears of a new source by a notification; it is there within a second.
            status, told = self.ask(f"/ingest/{push['slug']}", reading, token=push["token"])
            if status >= 500 or status == 400:
                raise Failed(f"HTTP push was refused: {status} {told}")
            return status < 300

        self.until(send, "HTTP push was not accepted")

    def by_mqtt(self) -> None:
        import paho.mqtt.client as mqtt  # noqa: PLC0415 - leaf
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415 - leaf

        bus = self.parts["mqtt"]
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id="dothi-check",
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=True,
        )
        client.reconnect_delay_set(1, 1)
        client.username_pw_set(bus["username"], bus["password"])
        client.connect("127.0.0.1", self.city.settings.mqtt_port_used)
        client.loop_start()
        try:
            payload = json.dumps({"id": "d2", "observedAt": self.at, "temperature": 22.5})
            sent = client.publish(f"{bus['slug']}/d2", payload, qos=1)
            self.until(sent.is_published, "MQTT was not acknowledged")
        finally:
            client.disconnect()
            client.loop_stop()

    # ways out

    def state(self) -> None:
        """All four readings are there, by the live state."""
        wanted = {20.5, 21.5, 22.5, 23.5}

        def look() -> bool:
            status, told = self.ask("/live/state")
            if status != 200:
                raise Failed(f"the live state answered {status} {told}")
            self.seen = {
                attr["v"]: entity["id"]
                for entity in told["entities"]
                for term, attr in entity["attrs"].items()
                if term == "temperature"
            }
            return wanted <= set(self.seen)

        try:
            self.until(look, "")
        except Failed as error:
            names = {20.5: "NGSI-LD", 21.5: "HTTP push", 22.5: "MQTT", 23.5: "file"}
            missing = ", ".join(names[value] for value in sorted(wanted - set(self.seen)))
            raise Failed(f"these readings did not arrive: {missing}{error}") from None

    def current(self) -> None:
        for value, id_ in self.seen.items():
            status, told = self.ask(f"/ngsi-ld/v1/entities/{id_}?options=keyValues")
            found = told.get("temperature") if isinstance(told, dict) else told
            if status != 200 or found != value:
                raise Failed(f"NGSI-LD told {found} for {id_}, not {value} ({status})")

    def history(self) -> None:
        for value, id_ in self.seen.items():
            status, told = self.ask(f"/ngsi-ld/v1/temporal/entities/{id_}?attrs=temperature")
            found = told.get("temperature", []) if isinstance(told, dict) else []
            instances = found if isinstance(found, list) else [found]
            if status != 200 or [one["value"] for one in instances] != [value]:
                raise Failed(f"the history of {id_} is {found} ({status}), not one reading of {value}")

    def stream(self) -> None:
        def missing() -> list[str]:
            return [id_ for id_ in self.seen.values() if not any(id_ in frame for frame in self.frames)]

        try:
            self.until(lambda: not missing(), "")
        except Failed as error:
            told = f"{len(self.frames)} frames came, none with {', '.join(missing())}"
            raise Failed(f"the event stream is not whole: {told}{error}") from None
        finally:
            self.done.set()

    def figures(self) -> None:
        status, told = self.ask("/metrics")
        if status != 200 or "dothi_requests_total" not in str(told):
            raise Failed(f"/metrics answered {status}")

    def steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "pages", self.pages
        yield "event stream opens", self.listen  # first: the file's reading may arrive at once
        yield "sources, devices, file import", self.prepare
        yield "in: NGSI-LD", self.by_ngsi
        yield "in: HTTP push", self.by_http
        yield "in: MQTT", self.by_mqtt
        yield "out: live state", self.state
        yield "out: NGSI-LD", self.current
        yield "out: history", self.history
        yield "out: event stream", self.stream
        yield "out: metrics", self.figures


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")[:200_000]


def main(_arguments: argparse.Namespace) -> int:
    """Print each step, then OK with the seconds; 1 when a step failed."""
    report = Report()
    begun = time.monotonic()
    try:
        with Instance() as city:
            report.line(f"  {'start':<32} {time.monotonic() - begun:5.1f} s")
            for name, step in Check(city).steps():
                since = time.monotonic()
                step()
                report.line(f"  {name:<32} {time.monotonic() - since:5.1f} s")
    except (Failed, RuntimeError, OSError) as error:
        report.say("cityhall.check.failed", what=str(error))
        return 1
    report.say("cityhall.check.ok", seconds=f"{time.monotonic() - begun:.1f}")
    return 0
