# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from dothi.broker.ngsi import remote
from dothi.broker.ngsi.faults import ContextNotAvailable
from dothi.broker.ngsi.remote import Contexts, allowed

INNER = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fc00::1", "ff02::1",
    "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1",
]  # fmt: skip
URLS = [
    "file:///etc/passwd", "gopher://x/", "unix:/x", "ftp://example.com/", "//example.com/", "http://", "context",
    "http://127.0.0.1/c", "http://2130706433/c", "http://0x7f.1/c", "http://017700000001/c", "http://localhost/c",
    "http://localhost./c", "http://[::1]/c", "http://[::ffff:127.0.0.1]/c", "http://user:x@127.0.0.1/c",
    "http://127.0.0.1/a\r\nHost: x", "http://127.0.0.1:99999/", "http://[broken/c",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_address_is_refused_when_it_leads_inside(address: str) -> None:
    assert not allowed(address, allow_loopback=False)


def test_address_is_allowed_when_public() -> None:
    assert allowed("93.184.216.34", allow_loopback=False)
    assert allowed("2606:4700::1111", allow_loopback=False)


@pytest.mark.parametrize("url", URLS)
def test_context_is_not_fetched_when_the_address_is_a_trick(url: str) -> None:
    with pytest.raises(ContextNotAvailable):
        asyncio.run(Contexts().terms(url))


def _serving(answer: bytes, ask: Callable[[str, Contexts], Awaitable[None]]) -> int:
    """Ask of a server that always says `answer`; how often it was asked."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async def whole() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await ask(f"http://127.0.0.1:{port}/c.jsonld", Contexts(allow_loopback=True))

    asyncio.run(whole())
    return asked


def test_context_is_fetched_once_when_used_often() -> None:
    async def ask(url: str, contexts: Contexts) -> None:
        for _ in range(3):
            assert (await contexts.terms([url])).expand("a") == "https://x.test/a"
        assert (await contexts.terms(url)).expand("a") == "https://x.test/a"

    assert _serving(b'HTTP/1.1 200 OK\r\n\r\n{"@context": {"a": "https://x.test/a"}}', ask) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 300_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx",
        b"nonsense",
        b"",
    ],
)
def test_context_is_not_available_when_the_answer_is_wrong(answer: bytes) -> None:
    async def ask(url: str, contexts: Contexts) -> None:
        for _ in range(2):
            with pytest.raises(ContextNotAvailable):
                await contexts.terms(url)

    started = time.monotonic()

    assert _serving(answer, ask) == 1
    assert time.monotonic() - started < 3


class _Address:
    """A server whose answer can be changed, or that can go away."""

    def __init__(self) -> None:
        self.iri = "https://x.test/1"
        self.asked = 0
        self.silent = False
        self.left = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        try:
            with suppress(asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
            if self.silent:
                await reader.read()
            else:
                writer.write(b'HTTP/1.1 200 OK\r\n\r\n{"@context": {"a": "%s"}}' % self.iri.encode())
        finally:
            writer.close()
            self.left += 1


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")


def test_context_is_renewed_behind_when_it_is_no_longer_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    async def whole() -> list[str]:
        address = _Address()
        async with await asyncio.start_server(address.serve, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/c.jsonld"
            contexts = Contexts(allow_loopback=True)
            found = [(await contexts.terms(url)).expand("a")]
            address.iri = "https://x.test/2"
            monkeypatch.setattr(remote, "FRESH_SECONDS", -1.0)
            found.append((await contexts.terms(url)).expand("a"))
            await _until(lambda: address.asked > 1 and not contexts._asking)
            monkeypatch.setattr(remote, "FRESH_SECONDS", 100.0)
            found.append((await contexts.terms(url)).expand("a"))
        return found

    assert asyncio.run(whole()) == ["https://x.test/1", "https://x.test/1", "https://x.test/2"]


def test_old_copy_serves_when_the_address_is_gone(tmp_path: Path) -> None:
    async def fetch() -> str:
        async with await asyncio.start_server(_Address().serve, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/c.jsonld"
            await Contexts(folder=tmp_path, allow_loopback=True).terms(url)
        return url

    async def offline(url: str) -> list[str]:
        contexts = Contexts(folder=tmp_path, allow_loopback=True)
        found = [(await contexts.terms(url)).expand("a")]
        await _until(lambda: url in contexts._failed and not contexts._asking)
        return [*found, (await contexts.terms(url)).expand("a")]

    url = asyncio.run(fetch())
    [kept] = tmp_path.glob("*.json")
    long_ago = time.time() - 10 * remote.FRESH_SECONDS
    os.utime(kept, (long_ago, long_ago))

    assert asyncio.run(offline(url)) == ["https://x.test/1"] * 2


def test_context_is_not_available_when_the_address_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SECONDS", 0.05)

    async def whole() -> None:
        address = _Address()
        address.silent = True
        async with await asyncio.start_server(address.serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            many = [f"http://127.0.0.1:{port}/{n}" for n in range(9)]
            with pytest.raises(ContextNotAvailable):
                await Contexts(allow_loopback=True).terms(many)
            await _until(lambda: address.left == address.asked)
            await asyncio.sleep(0.05)

    asyncio.run(whole())
