# SPDX-License-Identifier: Apache-2.0
"""The demo city's process: plants what is missing, fills the past behind, and lives through MQTT."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

from dothi.broker.door import Broker
from dothi.cityhall import folders
from dothi.cityhall.processes.begin import begin, say_ready, wait_for_store
from dothi.connectors.demo.devices import Fleet
from dothi.foundation import log
from dothi.foundation.settings import Settings

LOOK = 2.0
"""Seconds between looks at whether the city is to leave."""

_log = log.get(__name__)


def _say(sentence: str) -> None:
    _log.info("demo", progress=sentence)


async def _live(settings: Settings, scopes: dict[str, str]) -> None:
    from dothi.cityhall import demo_past as past  # noqa: PLC0415 - Django must be set up first
    from dothi.cityhall import demo_planting as planting  # noqa: PLC0415 - same

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker = await Broker.open(
        settings.database_url, data_path=settings.data_path, free_low_mb=folders.low_mb(settings)
    )
    try:
        state = await past.stand(broker, scopes, _say)
        say_ready(settings, "demo")
        fleet = Fleet(state.world, planting.logins(settings), settings.host, settings.mqtt_port_used)
        fleet.open()
        quiet = asyncio.Event()
        living = asyncio.create_task(fleet.live(quiet))
        filling = asyncio.create_task(past.fill(broker, state, scopes, _say))
        while not stop.is_set() and not await past.is_leaving(broker):
            if filling.done():
                filling.result()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK)
        quiet.set()
        filling.cancel()
        await asyncio.wait({living, filling})
        await asyncio.to_thread(fleet.close)
        if not stop.is_set():
            await past.left(broker)
            # To end here would be to be started again, and to plant again what was just taken away.
            await stop.wait()
    finally:
        await broker.close()


def main() -> int:
    settings = begin("demo")
    import django  # noqa: PLC0415 - settings come first

    django.setup()
    from dothi.cityhall import demo_planting as planting  # noqa: PLC0415 - Django must be set up first

    wait_for_store(settings)
    asyncio.run(_live(settings, planting.plant(settings)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
