# SPDX-License-Identifier: Apache-2.0
"""Remote contexts: fetched when first used, from public addresses only, small, fast, and never at start-up.

The name is resolved once and the connection goes to the address that was checked, so a second answer of the
name server cannot lead inside. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from dothi.broker.ngsi import context
from dothi.broker.ngsi.context import Terms
from dothi.broker.ngsi.faults import BadRequestData, ContextNotAvailable
from dothi.broker.ngsi.terms import CORE_VERSIONS
from dothi.foundation import log

SECONDS = 3.0
BYTES = 256 * 1024
FAILED_SECONDS = 10.0
"""How long a failure is remembered, so that a dead address does not cost each request three seconds."""
FRESH_SECONDS = 24 * 3600.0
RETRY_SECONDS = 600.0
"""How long a copy that could not be renewed counts as fresh again."""
CONTEXTS = 512
PARTS = 32
_log = log.get(__name__)


class Contexts:
    """Ready contexts by what names them; remote parts are kept in `folder`, if given, over restarts.

    A copy that is no longer fresh still serves: it is asked for again in the background, and while the address does
    not answer, the city works on with what it has.
    """

    def __init__(self, *, folder: Path | None = None, allow_loopback: bool = False) -> None:
        self.folder = folder
        self.allow_loopback = allow_loopback
        self._ready: dict[bytes, tuple[Terms, tuple[str, ...]]] = {}
        self._parts: dict[str, tuple[float, Any]] = {}
        self._failed: dict[str, tuple[float, str]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def terms(self, wanted: Any) -> Terms:
        """The terms of a context as it stands in a Link header or a body."""
        if wanted is None or (isinstance(wanted, str) and wanted in CORE_VERSIONS):
            return context.CORE_TERMS
        mark = hashlib.sha256(msgspec.json.encode(wanted)).digest()
        ready = self._ready.get(mark)
        if ready is not None:
            self._look_after(ready[1])
            return ready[0]
        try:
            async with asyncio.timeout(SECONDS * 2):
                fetched = await self._all_parts(wanted)
        except TimeoutError as error:
            url = next(iter(context.addresses(wanted)), "")
            raise _unavailable(url, "timeout") from error
        terms = context.build(wanted, fetched)
        if len(self._ready) >= CONTEXTS:
            self._ready.pop(next(iter(self._ready)))
        self._ready[mark] = (terms, tuple(fetched))
        self._look_after(tuple(fetched))
        return terms

    async def _all_parts(self, wanted: Any) -> dict[str, Any]:
        fetched: dict[str, Any] = {}
        waiting = [(url, 0) for url in context.addresses(wanted)]
        while waiting:
            url, depth = waiting.pop()
            if url in fetched:
                continue
            if depth > context.DEPTH or len(fetched) >= PARTS:
                raise BadRequestData("broker.ngsi.context_deep", depth=context.DEPTH)
            fetched[url] = await self._part(url)
            waiting.extend((inner, depth + 1) for inner in context.addresses(fetched[url]))
        return fetched

    def remember(self, url: str, content: Any) -> None:
        """Take the content of an address as known: hosted contexts, and tests."""
        self._parts[url] = (time.monotonic(), content)
        self._ready.clear()

    def _look_after(self, urls: Sequence[str]) -> None:
        """Ask again, in the background, for the parts that are no longer fresh."""
        for url in urls:
            known = self._parts.get(url)
            is_old = known is not None and time.monotonic() - known[0] > FRESH_SECONDS
            if is_old and url not in self._asking:
                task = asyncio.create_task(self._ask_again(url), name=url)
                self._asking[url] = task
                task.add_done_callback(lambda done: self._asking.pop(done.get_name(), None))

    async def _ask_again(self, url: str) -> None:
        content = self._parts[url][1]
        try:
            fresh = await self._fetch(url)
        except ContextNotAvailable as error:
            _log.warning("context.stale", url=url[:200], reason=str(error.values["reason"]))
            self._parts[url] = (time.monotonic() - FRESH_SECONDS + RETRY_SECONDS, content)
            return
        self._parts[url] = (time.monotonic(), fresh)
        if fresh != content:
            self._ready = {mark: ready for mark, ready in self._ready.items() if url not in ready[1]}

    async def _part(self, url: str) -> Any:
        if len(self._locks) > 4 * CONTEXTS:
            self._locks = {u: lock for u, lock in self._locks.items() if lock.locked()}
        async with self._locks.setdefault(url, asyncio.Lock()):
            known = self._parts.get(url)
            if known is not None:
                return known[1]
            failed = self._failed.get(url)
            if failed is not None and time.monotonic() - failed[0] < FAILED_SECONDS:
                raise _unavailable(url, failed[1])
            age, content = await asyncio.to_thread(self._kept, url)
            if content is None:
                age, content = 0.0, await self._fetch(url)
            if len(self._parts) >= CONTEXTS:
                self._parts.pop(next(iter(self._parts)))
            self._parts[url] = (time.monotonic() - age, content)
            return content

    async def _fetch(self, url: str) -> Any:
        try:
            async with asyncio.timeout(SECONDS):
                content = _content(await get(url, allow_loopback=self.allow_loopback))
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError) as error:
            reason = (
                "timeout" if isinstance(error, TimeoutError) else str(error)[:100] or type(error).__name__
            )
            if len(self._failed) >= CONTEXTS:
                self._failed.clear()
            self._failed[url] = (time.monotonic(), reason)
            raise _unavailable(url, reason) from error
        await asyncio.to_thread(self._keep, url, content)
        return content

    def _path(self, url: str) -> Path | None:
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()}.json" if self.folder else None

    def _kept(self, url: str) -> tuple[float, Any]:
        """(seconds since it was fetched, the kept copy); None when there is none that can be read."""
        path = self._path(url)
        try:
            if path is not None:
                return max(0.0, time.time() - path.stat().st_mtime), msgspec.json.decode(path.read_bytes())
        except (OSError, ValueError):
            return 0.0, None
        return 0.0, None

    def _keep(self, url: str, content: Any) -> None:
        path = self._path(url)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{time.monotonic_ns()}")
            part.write_bytes(msgspec.json.encode(content))
            part.replace(path)
        except OSError as error:
            _log.warning("context.not_kept", url=url[:200], error=str(error))


def _unavailable(url: str, reason: str) -> ContextNotAvailable:
    return ContextNotAvailable("broker.ngsi.context_unavailable", url=url[:200], reason=reason)


def _content(raw: bytes) -> Any:
    document = msgspec.json.decode(raw)
    if not isinstance(document, dict) or "@context" not in document:
        raise ValueError("no @context in the document")
    found = document["@context"]
    return found if found is not None else {}


def allowed(address: str, *, allow_loopback: bool) -> bool:
    """Whether this address is public; mapped and tunnelled addresses count as what they lead to."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    if ip.is_loopback:
        return allow_loopback
    return ip.is_global and not ip.is_multicast


async def get(url: str, *, allow_loopback: bool) -> bytes:
    """The body of a small document; OSError or ValueError says why not."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise ValueError("only plain http and https addresses are fetched")
    if any(c <= " " or c > "~" for c in url):
        raise ValueError("the address holds a character that is not allowed")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    address = str(found[0][4][0])
    if not all(allowed(str(entry[4][0]), allow_loopback=allow_loopback) for entry in found):
        raise ValueError("the address is not public")
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    name = parts.hostname if secure else None
    reader, writer = await asyncio.open_connection(
        address, port, ssl=secure, server_hostname=name, limit=BYTES
    )
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\nAccept: application/ld+json, application/json\r\n"
        writer.write((head + "User-Agent: dothi\r\nConnection: close\r\n\r\n").encode("ascii"))
        await writer.drain()
        return await _body(reader)
    finally:
        writer.close()


async def _body(reader: asyncio.StreamReader) -> bytes:
    status = (await reader.readuntil(b"\r\n")).split(b" ", 2)
    if len(status) < 2 or status[1] != b"200":
        raise ValueError(
            f"the answer is {status[1][:3].decode('ascii', 'replace') if len(status) > 1 else 'no HTTP'}"
        )
    await _headers(reader)
    body = bytearray()
    while chunk := await reader.read(65536):
        body += chunk
        if len(body) > BYTES:
            raise ValueError("the document is larger than 256 kB")
    return bytes(body)


async def _headers(reader: asyncio.StreamReader) -> None:
    size = 0
    while True:
        line = await reader.readuntil(b"\r\n")
        size += len(line)
        if size > 32_768:
            raise ValueError("the head of the answer is too large")
        if line == b"\r\n":
            return
        if line.lower().startswith((b"transfer-encoding:", b"content-encoding:")):
            coding = line.split(b":", 1)[1].strip().lower()
            if coding != b"identity":
                raise ValueError("the answer is encoded")
