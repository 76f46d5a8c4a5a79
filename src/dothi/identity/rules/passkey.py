# SPDX-License-Identifier: Apache-2.0

"""Rules of passkeys."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from dothi.foundation.text import nfc
from dothi.identity.rules.session import STAFF

CEREMONY_LIFE = timedelta(minutes=5)
MOST = 10
LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where passkeys of this city belong: the name they are bound to, and the one origin they are shown at.

    An empty `rp_id`: browsers allow none here, for they want a name by https, or `localhost`.
    """

    rp_id: str
    origin: str


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def home_of(url: str) -> Home:
    """Of the address under which browsers reach the city. A loopback address counts as `localhost`."""
    parts = urlsplit(url.lower())
    host = parts.hostname or ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in {None, usual} else f":{parts.port}"
    if _is_loopback(host):
        return Home(rp_id="localhost", origin=f"{parts.scheme}://localhost{port}")
    if parts.scheme != "https" or _is_address(host):
        return Home(rp_id="", origin=f"{parts.scheme}://{parts.netloc}")
    return Home(rp_id=host, origin=f"https://{host}{port}")


def origin_is_ours(home: Home, origin: str) -> bool:
    """Exactly ours; on the machine itself by any port, for it may be reached through a tunnel."""
    if not home.rp_id:
        return False
    if home.rp_id != "localhost":
        return origin == home.origin
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.hostname == "localhost" and parts.path == ""


def is_at_home(home: Home, host: str) -> bool:
    """Whether a browser that came by this host (without port) can show a passkey here."""
    return bool(home.rp_id) and host.lower() == home.rp_id


def counter_went_back(*, before: int, now: int) -> bool:
    """A copy of the key is about (WebAuthn 2, 7.2 step 21); a counter that stays 0 is none."""
    return (before > 0 or now > 0) and now <= before


def must_have_one(role: str) -> bool:
    return role in STAFF


def may_remove(*, role: str, left: int) -> bool:
    """Never the last one of a staff account; `left`: how many stay."""
    return left > 0 or role not in STAFF


def clean_name(given: str, *, otherwise: str) -> str:
    """What the person calls the key; `otherwise` when it says nothing."""
    name = " ".join(nfc(given).split())
    return (name if name.isprintable() and name else otherwise)[:LONGEST_NAME]


def is_fresh(*, begun_at: datetime, at: datetime) -> bool:
    return begun_at <= at < begun_at + CEREMONY_LIFE
