# SPDX-License-Identifier: Apache-2.0
"""The ingest process: MQTT, subscriptions and files in, outbox to the broker, upkeep of the store, the ledger's leaves."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
import time
from urllib.parse import urlsplit

import uvloop

from dothi.broker.door import Broker
from dothi.cityhall import folders, sequencing, upkeep
from dothi.cityhall.processes.begin import begin, say_ready, wait_for_store
from dothi.connectors.door import WaysIn
from dothi.foundation.metrics import Registry
from dothi.foundation.settings import Settings

FIGURES_EVERY = 2.0
BUS_PATIENCE = 30.0
"""Seconds until the client of the bus is left to find it, or to say why it cannot."""


async def _figures(settings: Settings, ways: WaysIn, stop: asyncio.Event) -> None:
    registry = Registry("ingest")
    while not stop.is_set():
        for reason, times in ways.intake.counts.items():
            registry.total("dothi_intake_total", "Readings by what became of them.", times, reason=reason)
        registry.total("dothi_mqtt_stored_total", "MQTT messages stored.", ways.mqtt.stored)
        registry.level("dothi_mqtt_behind", "MQTT messages that wait to be stored.", ways.mqtt.behind)
        with contextlib.suppress(OSError):  # a full disk takes the figures, not the process
            registry.write(settings.run_path)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), FIGURES_EVERY)


async def _until_bus_listens(settings: Settings) -> None:
    """Be there the moment the bus is: a device that logs in before its logins are answered waits for nothing."""
    bus = urlsplit(settings.nats_url)
    give_up = time.monotonic() + BUS_PATIENCE
    while time.monotonic() < give_up:
        try:
            _, writer = await asyncio.open_connection(bus.hostname, bus.port or 4222)
        except (OSError, ValueError):
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    broker = await Broker.open(
        settings.database_url, data_path=settings.data_path, free_low_mb=folders.low_mb(settings)
    )
    try:
        ways = WaysIn(settings, broker)
        say_ready(settings, "ingest-logins")
        await _until_bus_listens(settings)
        await ways.open()
        say_ready(settings, "ingest")
        # What stands now stands for good; each collection would walk over all of it while readings wait.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ways.run(stop))
            tasks.create_task(_figures(settings, ways, stop))
            tasks.create_task(upkeep.run(broker, stop, lambda: folders.is_low(settings)))
            tasks.create_task(sequencing.run(settings, stop))
    finally:
        await broker.close()


def main() -> int:
    settings = begin("ingest")
    wait_for_store(settings)
    uvloop.run(_serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
