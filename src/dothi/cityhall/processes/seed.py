# SPDX-License-Identifier: Apache-2.0
"""`dothi seed` with the rights of the processes: plants the demo city, or takes it away."""

from __future__ import annotations

import asyncio
import sys

from dothi.broker.door import Broker
from dothi.cityhall import folders
from dothi.cityhall.processes.begin import begin
from dothi.foundation.settings import Settings


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - the answer of the command


async def _plant(settings: Settings, scopes: dict[str, str]) -> None:
    from dothi.cityhall import demo_past as past  # noqa: PLC0415 - Django must be set up first

    broker = await Broker.open(
        settings.database_url, data_path=settings.data_path, free_low_mb=folders.low_mb(settings)
    )
    try:
        await past.fill(broker, await past.stand(broker, scopes, _say), scopes, _say)
    finally:
        await broker.close()


async def _leave(settings: Settings) -> None:
    from dothi.cityhall import demo_past as past  # noqa: PLC0415 - Django must be set up first

    broker = await Broker.open(settings.database_url)
    try:
        await past.ask_to_leave(broker, living=(settings.run_path / "demo.ready").exists())
    finally:
        await broker.close()


async def _erase(settings: Settings) -> int:
    from dothi.cityhall import demo_past as past  # noqa: PLC0415 - Django must be set up first

    broker = await Broker.open(settings.database_url)
    try:
        gone = await past.uproot(broker)
        # What was under way in the bus while the sources went.
        await asyncio.sleep(2)
        await past.uproot(broker)
        return gone
    finally:
        await broker.close()


def main() -> int:
    settings = begin("seed")
    import django  # noqa: PLC0415 - settings come first

    django.setup()
    from dothi.cityhall import demo_planting as planting  # noqa: PLC0415 - Django must be set up first
    from dothi.ledger.door import acting  # noqa: PLC0415 - same

    with acting("operator:seed"):
        if "purge" in sys.argv[1:]:
            asyncio.run(_leave(settings))
            planting.forget(settings)
            gone = asyncio.run(_erase(settings))
            planting.note_erased(gone)
            _say(f"{gone} entities of the demo city are gone")
        else:
            asyncio.run(_plant(settings, planting.plant(settings)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
