# SPDX-License-Identifier: Apache-2.0
"""What pages of documents read from requests and tell the next page."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.http import HttpRequest, QueryDict

from dothi.foundation.text import nfc
from dothi.identity.door import current

_SAID = "documents_said"


def text(post: QueryDict, name: str) -> str:
    return nfc(post.get(name, ""))


def lines(post: QueryDict, name: str, most: int = 200) -> list[str]:
    """Lines that hold something."""
    return [nfc(line) for line in post.get(name, "")[:50_000].splitlines() if line.strip()][:most]


def who(request: HttpRequest) -> str:
    """Who acts, for the record."""
    account = current(request)
    return str(account.pk) if account else ""


def tenant(request: HttpRequest) -> str:
    return str(getattr(request, "tenant", ""))


def say(request: HttpRequest, key: str) -> None:
    """Let the next page say a sentence once."""
    request.session[_SAID] = key


def heard(request: HttpRequest) -> dict[str, Any]:
    return {"said": request.session.pop(_SAID, "")}


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def origin(request: HttpRequest) -> str:
    """Where a request comes from, to count tries: the last public address that the front door names.

    Of IPv6 the network of 64 bits: a single line has as many addresses as it likes in it.
    """
    named = [*request.headers.get("X-Forwarded-For", "").split(","), request.META.get("REMOTE_ADDR", "")]
    known = [one for one in map(_address, named) if one is not None]
    found = next((one for one in reversed(known) if one.is_global), known[0] if known else None)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
