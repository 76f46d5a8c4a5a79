# SPDX-License-Identifier: Apache-2.0
"""What is told of connections to brokers that the city already has."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import pytest
from tests.connectors.mqtt.conftest import free_port, source

from dothi.broker.model import Result
from dothi.connectors.directory import Directory
from dothi.connectors.intake import Intake
from dothi.connectors.subscribe.runtime import Subscriptions, trouble
from dothi.sources.core.store import Link


class NoBroker:
    async def write(self, writes: Any, /) -> list[Result]:
        raise AssertionError("Nothing comes here")


def told_of(options: dict[str, Any], wanted: str) -> Link:
    """What is said of a subscription once it fares as `wanted`."""

    async def run() -> Link:
        intake = Intake(Directory([source(way="subscribe", options=options)]))
        subscriptions = Subscriptions(broker=NoBroker(), intake=intake)
        stop = asyncio.Event()
        work = asyncio.create_task(subscriptions.run(stop))
        try:
            async with asyncio.timeout(20):
                while True:
                    for link in intake.drain_links():
                        if link.state == wanted:
                            return link
                    await asyncio.sleep(0.05)
        finally:
            stop.set()
            await work

    return asyncio.run(run())


def test_closed_port_is_told_when_nobody_listens() -> None:
    link = told_of({"host": "127.0.0.1", "port": free_port(), "topics": ["#"]}, "no_port")

    assert (link.source_id, "refused" in link.error.lower()) == ("s1", True)


def test_refused_login_is_told_when_the_other_broker_does_not_know_us(bus: Any) -> None:
    options = {"host": "127.0.0.1", "port": bus.mqtt_port, "username": "x", "password": "y", "topics": ["#"]}

    assert told_of(options, "refused").error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ssl.SSLError("wrong version"), "tls"),
        (socket.gaierror(-2, "Name or service not known"), "no_host"),
        (ConnectionRefusedError(), "no_port"),
        (TimeoutError(), "timeout"),
        (OSError("No route to host"), "away"),
        (None, "away"),
    ],
)
def test_trouble_has_a_state_when_a_connection_fails(error: Exception | None, state: str) -> None:
    assert trouble(error)[0] == state
