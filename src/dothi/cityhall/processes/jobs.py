# SPDX-License-Identifier: Apache-2.0
"""The worker of deferred jobs (procrastinate)."""

from __future__ import annotations

import asyncio
import os
import sys

from procrastinate.jobs import DeleteJobCondition

from dothi.cityhall.processes.begin import begin, say_ready, wait_for_store
from dothi.foundation.settings import Settings

AT_ONCE = 2
NICE = 5
"""Jobs can wait while somebody asks or a device speaks."""


async def _work(settings: Settings) -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - Django must be set up first
    from procrastinate.contrib.django.django_connector import (  # noqa: PLC0415 - same
        DjangoConnector,
    )

    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()):
        async with app.open_async():
            say_ready(settings, "jobs")
            await app.run_worker_async(
                concurrency=AT_ONCE,
                listen_notify=True,
                shutdown_graceful_timeout=1,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
            )


def main() -> int:
    settings = begin("jobs")
    os.nice(NICE)
    import django  # noqa: PLC0415 - settings come first

    django.setup()
    wait_for_store(settings)
    asyncio.run(_work(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
