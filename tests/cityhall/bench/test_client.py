# SPDX-License-Identifier: Apache-2.0
"""The load client against a real server of this process."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from dothi.cityhall.bench.client import Load, Outcome

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


async def _run(status: str, *, rate: float, seconds: float = 0.3, slow: float = 0.0) -> Outcome:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(slow)
                if status.startswith("204"):  # has no content, and says no length
                    writer.write(f"HTTP/1.1 {status}\r\nX-Request-Id: 1\r\n\r\n".encode())
                    continue
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n".encode())
                writer.write(b"ok")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    load = Load(requests=itertools.repeat(REQUEST), seconds=seconds, rate=rate)
    outcome = await load.run(port, 4)
    server.close()
    await asyncio.sleep(0.05)
    return outcome


def test_client_counts_every_answer_when_in_a_closed_loop() -> None:
    outcome = asyncio.run(_run("204 No Content", rate=0))

    assert len(outcome.taken) > 100
    assert outcome.refused == 0


@pytest.mark.parametrize("rate", [50.0, 200.0])
@pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
def test_client_keeps_the_rate_when_one_is_given(rate: float, status: str) -> None:
    outcome = asyncio.run(_run(status, rate=rate))

    assert len(outcome.taken) == pytest.approx(rate * 0.3, abs=3)


def test_client_counts_refusals_when_the_answer_is_an_error() -> None:
    outcome = asyncio.run(_run("503 Busy", rate=100))

    assert outcome.taken == []
    assert outcome.refused > 10


def test_client_tells_the_waiting_when_the_server_is_slower_than_the_rate() -> None:
    outcome = asyncio.run(_run("204 No Content", rate=200, seconds=0.6, slow=0.05))

    assert max(outcome.taken) > 0.15
