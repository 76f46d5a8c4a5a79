# SPDX-License-Identifier: Apache-2.0
"""Calls to the outside that others named: to public addresses, or to hosts that the operator named as inside.

The name is resolved once and the connection goes to the address that was checked, so a second answer of the name
server cannot lead inside. Redirects are not followed; answers are small; there is one deadline for all.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 5.0
BYTES = 256 * 1024


class Unreachable(Exception):
    """The call did not come to an answer; the text says why."""


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    body: bytes


def is_public(address: str) -> bool:
    """Whether this address is everybody's; mapped and tunnelled addresses count as what they lead to."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("the name has no address") from error
    return [str(entry[4][0]) for entry in found]


def _checked(host: str, port: int) -> str:
    """The address to connect to."""
    inside = settings.SETTINGS.inside_hosts.lower().split()
    found = _addresses(host, port)
    if (
        host.lower() not in inside
        and f"{host.lower()}:{port}" not in inside
        and not all(map(is_public, found))
    ):
        raise Unreachable("the address is not public, and its host is not among DOTHI_INSIDE_HOSTS")
    return found[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, in the name that was asked for."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address = address
        self._context = context

    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), timeout=SECONDS)
        self.sock = self._context.wrap_socket(raw, server_hostname=self.host) if self._context else raw


def _read(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    body = bytearray()
    while chunk := answer.read1(65536):
        body += chunk
        if len(body) > BYTES:
            raise Unreachable("the answer is larger than 256 kB")
        if time.monotonic() > deadline:
            raise Unreachable("the answer takes too long")
    return bytes(body)


def call(
    method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One call; Unreachable when there is no answer, whatever the reason."""
    deadline = time.monotonic() + 2 * SECONDS
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Unreachable("the address is none") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise Unreachable("only plain http and https addresses are called")
    if any(c <= " " or c > "~" for c in url):
        raise Unreachable("the address holds a character that is not allowed")
    context = ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Pinned(parts.hostname, port, _checked(parts.hostname, port), context)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            method, target, body, {"User-Agent": "dothi", "Connection": "close", **(headers or {})}
        )
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers.get_content_type(), _read(answer, deadline))
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(str(error)[:120] or type(error).__name__) from error
    finally:
        connection.close()
