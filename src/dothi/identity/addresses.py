# SPDX-License-Identifier: Apache-2.0

"""Where a request comes from, as the front door saw it."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104 - stands for an address that is not known; nothing listens on it


def address_of(request: HttpRequest) -> str:
    """The network address of the browser. The front door writes the header anew, so nobody can choose his own."""
    given = request.headers.get("X-Client-Address") or request.META.get("REMOTE_ADDR") or ""
    try:
        return str(ipaddress.ip_address(given.strip()))
    except ValueError:
        return NOWHERE
