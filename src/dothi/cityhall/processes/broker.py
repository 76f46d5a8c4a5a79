# SPDX-License-Identifier: Apache-2.0
"""One broker process: NGSI-LD, the live stream and HTTP push on a unix socket and on the loopback port.

python -m dothi.cityhall.processes.broker --index 0
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import socket
import sys
from pathlib import Path

import uvicorn
import uvloop

from dothi.broker.api.app import build
from dothi.broker.door import Broker
from dothi.broker.live.app import LiveApp
from dothi.cityhall import folders
from dothi.cityhall.access_tokens import AccessTokens
from dothi.cityhall.health import App, Health, Receive, Scope, Send
from dothi.cityhall.processes.begin import begin, wait_for_store
from dothi.cityhall.token_keys import TokenKeys
from dothi.cityhall.verifier import Callers
from dothi.connectors.door import HttpPush
from dothi.foundation import log
from dothi.foundation.metrics import Registry
from dothi.foundation.settings import Settings

_log = log.get(__name__)


class Served:
    """All of one process; opens with the server's life span and closes with it."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings = settings
        self.name = name
        self.registry = Registry(name)
        self.stop = asyncio.Event()
        self.beside: list[asyncio.Task[None]] = []
        self.broker: Broker | None = None
        self.live: LiveApp | None = None
        self.app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._life(receive, send)
        elif self.app is not None:
            await self.app(scope, receive, send)

    async def _life(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._open()
        except Exception as error:  # noqa: BLE001 - the server must hear of it, whatever it is
            _log.error("broker.open", error=str(error))
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self) -> None:
        used = self.settings
        self.broker = broker = await Broker.open(
            used.database_url, data_path=used.data_path, free_low_mb=folders.low_mb(used)
        )
        tokens = AccessTokens(
            issuer=used.url, audience=f"{used.url}/ngsi-ld", find=TokenKeys(broker.pool).find
        )
        callers = Callers(broker, used.secret_key, tokens.verify)
        self.live = live = LiveApp(broker.store, callers.reader, name=f"live:{self.name}")
        push = HttpPush(used, broker, callers.principal)
        await push.open()
        api = build(broker, callers.principal, used)

        async def route(scope: Scope, receive: Receive, send: Send) -> None:
            path: str = scope.get("path", "")
            if path.startswith("/live/"):
                await live(scope, receive, send)
            elif path.startswith("/ingest/"):
                await push.app(scope, receive, send)
            else:
                await api(scope, receive, send)

        health = Health(route, used, self.registry, self._store_answers)
        self.beside = [asyncio.create_task(push.run(self.stop)), asyncio.create_task(health.keep_writing())]
        self.app = health
        # What stands now stands for good; each collection would walk over all of it while requests wait.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)

    async def _store_answers(self) -> bool:
        assert self.broker is not None
        try:
            async with self.broker.pool.connection(timeout=1) as connection:
                await connection.execute(b"SELECT 1")
        except Exception:  # noqa: BLE001 - whatever it is, the answer is no
            return False
        return True

    async def _close(self) -> None:
        self.stop.set()
        _, late = await asyncio.wait(self.beside, timeout=0.3)
        for task in late:
            task.cancel()
        if self.live is not None:
            await self.live.close()
        if self.broker is not None:
            await self.broker.close()


def _sockets(settings: Settings, index: int) -> list[socket.socket]:
    """The unix socket of this process, and the loopback port that all broker processes share."""
    path = Path(settings.run_path / f"broker-{index}.sock")
    path.unlink(missing_ok=True)
    private = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    private.bind(str(path))
    private.listen(2048)
    shared = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with contextlib.suppress(AttributeError, OSError):
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    shared.bind(("127.0.0.1", settings.broker_port_used))
    shared.listen(2048)
    return [private, shared]


def main() -> int:
    parser = argparse.ArgumentParser(prog="broker", description=__doc__)
    parser.add_argument("--index", type=int, required=True)
    index: int = parser.parse_args().index
    settings = begin(f"broker-{index}")
    config = uvicorn.Config(
        Served(settings, f"broker-{index}"),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        backlog=2048,
    )
    server = uvicorn.Server(config)
    wait_for_store(settings)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(server.serve(sockets=_sockets(settings, index)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
