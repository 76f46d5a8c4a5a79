# SPDX-License-Identifier: Apache-2.0
"""The ways in, as city hall starts them: in the ingest process MQTT and subscriptions, in the broker's HTTP push."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote, urlsplit

from dothi.connectors.directory import Directory
from dothi.connectors.files.runtime import FileImports
from dothi.connectors.http.ingest import Admit, Ingest
from dothi.connectors.intake import Intake
from dothi.connectors.keeper import Keeper
from dothi.connectors.mqtt.runtime import Runtime
from dothi.connectors.subscribe.runtime import Subscriptions
from dothi.connectors.writing import Broker
from dothi.foundation.settings import Settings

__all__ = ["HttpPush", "WaysIn"]


class WaysIn:
    """MQTT of our own server, subscriptions to others, and files that wait. `open`, then say ready, then `run` until `stop`."""

    def __init__(self, settings: Settings, broker: Broker) -> None:
        self.intake = Intake(Directory())
        password = unquote(urlsplit(settings.nats_url).password or "")
        self.mqtt = Runtime(url=settings.nats_url, password=password, broker=broker, intake=self.intake)
        self.subscriptions = Subscriptions(broker=broker, intake=self.intake)
        self.files = FileImports(
            settings.database_url,
            settings.data_path / "files",
            broker,
            self.intake.directory,
        )
        self._keeper = Keeper(settings.database_url, self.intake, self._changed)

    async def _changed(self) -> None:
        await self.mqtt.listen()
        self.subscriptions.follow()

    async def open(self) -> None:
        """After this the durable consumer exists and is verified: devices may be let in."""
        await self._keeper.fill()
        await self.mqtt.open()

    async def run(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keeper.run(stop))
            tasks.create_task(self.mqtt.run(stop))
            tasks.create_task(self.subscriptions.run(stop))
            tasks.create_task(self.files.run(stop))


class HttpPush:
    """The ASGI application for `/ingest/*` in a broker process: `open`, serve `app`, `run` until `stop`."""

    def __init__(self, settings: Settings, broker: Broker, admit: Admit | None = None) -> None:
        self.intake = Intake(Directory())
        self.app = Ingest(
            broker, self.intake, limit=settings.batch_limit, language=settings.language, admit=admit
        )
        self._keeper = Keeper(settings.database_url, self.intake)

    async def open(self) -> None:
        await self._keeper.fill()

    async def run(self, stop: asyncio.Event) -> None:
        await self._keeper.run(stop)
