# SPDX-License-Identifier: Apache-2.0
"""The ledger's sequencer beside the ways in: one thread with a connection of its own, so that no loop waits for it."""

from __future__ import annotations

import asyncio
import contextlib

import psycopg

from dothi.foundation import clock, log
from dothi.foundation.settings import Settings
from dothi.ledger.core import sequencer
from dothi.ledger.core.key import signer_of
from dothi.ledger.core.note import Signer

EVERY = 0.5
AFTER_TROUBLE = 5.0

_log = log.get(__name__)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _connect(settings: Settings) -> sequencer.Connection:
    return psycopg.connect(settings.database_url, autocommit=True)


def _step(connection: sequencer.Connection, signer: Signer) -> bool:
    """Number what waits and sign when it is time; whether more is likely waiting."""
    taken = sequencer.number(connection)
    sequencer.sign(connection, signer, at=clock.now())
    return taken == sequencer.BATCH


async def _work(settings: Settings, signer: Signer, stop: asyncio.Event) -> None:
    connection = await asyncio.to_thread(_connect, settings)
    try:
        await asyncio.to_thread(sequencer.introduce, connection, signer, at=clock.now())
        while not stop.is_set():
            if not await asyncio.to_thread(_step, connection, signer):
                await _pause(stop, EVERY)
    finally:
        await asyncio.to_thread(connection.close)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Number and sign until `stop`; troubles of the store pass by themselves."""
    signer = signer_of(settings.data_path, settings.public_url)
    while not stop.is_set():
        try:
            await _work(settings, signer, stop)
        except (psycopg.Error, OSError) as error:
            _log.warning("ledger.interrupted", error=str(error))
            await _pause(stop, AFTER_TROUBLE)
