# SPDX-License-Identifier: Apache-2.0
"""What a client may be told to be: its redirect addresses, its sector, its ways to prove itself."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

METHODS = ("client_secret_basic", "client_secret_post", "none")
LONGEST = 400
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]+")
"""RFC 3986 without `#` (fragments) and `*` (wildcards)."""
_PLACE = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")
"""Host and port; nothing that would begin another word of a content policy that names it."""
_REVERSED_NAME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(uri: str) -> SplitResult | None:
    """The parts of an absolute address without tricks in it; None for others."""
    if not _PLAIN.fullmatch(uri) or len(uri) > LONGEST:
        return None
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return None
    steps = parts.path.replace("%2e", ".").replace("%2E", ".").split("/")
    if parts.username is not None or parts.password is not None or {".", ".."} & set(steps):
        return None
    return parts


def web_problem(uri: str) -> str | None:
    """A message key; None for an address by https, or by http on the machine itself."""
    parts = _split(uri)
    if parts is None or not parts.hostname or not _PLACE.fullmatch(parts.netloc):
        return "identity.oidc.uri.shape"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return None
    return "identity.oidc.uri.https"


def redirect_problem(uri: str, *, is_app: bool = False) -> str | None:
    """A message key; None for an address that codes may be sent to.

    `is_app`: installed on a device, by its own scheme in reversed-name form (RFC 8252 7.1).
    """
    parts = _split(uri)
    if is_app and parts is not None and _REVERSED_NAME.fullmatch(parts.scheme):
        return None if not parts.netloc and parts.path.startswith("/") else "identity.oidc.uri.shape"
    return web_problem(uri)


def sector_of(redirect_uris: list[str]) -> str:
    """The host whose clients share subjects (OpenID Connect Core 8.1); empty when there are several, or none."""
    hosts = {urlsplit(uri).hostname or urlsplit(uri).scheme for uri in redirect_uris}
    return hosts.pop() if len(hosts) == 1 else ""


def sector_problem(sector: str) -> str | None:
    return None if re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,198}", sector) else "identity.oidc.sector.shape"


def origin_of(uri: str) -> str:
    """What a content policy must let a form lead to."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
