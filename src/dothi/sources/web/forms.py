# SPDX-License-Identifier: Apache-2.0
"""What people enter, turned into what actions take; what cannot be is named by its field."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from dothi.identity.door import reach, seen
from dothi.places import door as places
from dothi.sources import rules
from dothi.sources.core import known_types, unit_choices
from dothi.sources.errors import RefusedForm

PERIOD_UNITS = ("s", "m", "h", "d")
DEVICE_FIELDS = ("name", "kind", "unit", "lon", "lat", "period", "period_unit", "unit_code", "topics")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def language_of(request: HttpRequest) -> str:
    return str(getattr(request, "language", "vi"))


def options(request: HttpRequest) -> dict[str, Any]:
    """What the choices of a form are: units by name, kinds in the page's language."""
    language = language_of(request)
    return {
        "units": _units(),
        "kinds": known_types.usual(language),
        "more_kinds": known_types.further(language),
        "measures": unit_choices.choices(),
        "period_units": PERIOD_UNITS,
    }


def text(post: QueryDict, name: str, limit: int = 400) -> str:
    return _NOT_TEXT.sub("", post.get(name, "")).strip()[:limit]


def lines(post: QueryDict, name: str, limit: int = 400) -> list[str]:
    """The lines of a text area, without blank and repeated ones."""
    found = (line.strip()[:limit] for line in _NOT_TEXT.sub("", post.get(name, "")).splitlines())
    return list(dict.fromkeys(line for line in found if line))


def period(post: QueryDict) -> int | None:
    return rules.period_of(post.get("period", ""), post.get("period_unit", "s"))


def _units() -> QuerySet[places.Unit]:
    """The units that one may enter something for."""
    return seen(places.units_at(), "pk")


def unit(post: QueryDict) -> str | None:
    """The chosen unit; whoever answers for one unit alone means that one."""
    chosen = text(post, "unit", 100)
    if chosen and _units().filter(pk=chosen).exists():
        return chosen
    return None if reach().everywhere else _only_unit()


def _only_unit() -> str | None:
    """The unit above all others within reach: what is entered without a unit belongs to it."""
    within = reach().units
    tops = [
        unit for unit in _units().values_list("pk", flat=True) if not within & set(places.chain(unit)[:-1])
    ]
    return tops[0] if len(tops) == 1 else None


def kind(post: QueryDict) -> str:
    chosen = post.get("kind", "")
    return chosen if known_types.is_kind(chosen) else ""


def measure(post: QueryDict) -> str:
    """A unit of measure of the list."""
    chosen = post.get("unit_code", "")
    return chosen if chosen in unit_choices.UNITS else ""


def place(post: QueryDict) -> tuple[float | None, float | None]:
    """Longitude and latitude; both or neither."""
    east, north = text(post, "lon", 40), text(post, "lat", 40)
    if not east and not north:
        return None, None
    lon, lat = rules.coordinate(east, 180), rules.coordinate(north, 90)
    wrong = {}
    if lat is None:
        wrong["lat"] = "sources.lat.shape"
    if lon is None:
        wrong["lon"] = "sources.lon.shape"
    if wrong:
        raise RefusedForm(wrong)
    return lon, lat


def own_period(post: QueryDict) -> int | None:
    """A device's own period; None when it goes by its source's."""
    if not post.get("period", "").strip():
        return None
    found = period(post)
    if found is None:
        raise RefusedForm({"period": "sources.period.shape"})
    return found


def unit_or_place(post: QueryDict, lon: float | None, lat: float | None) -> str | None:
    """The chosen unit, else the one whose area covers the point."""
    chosen = unit(post)
    if chosen or lon is None or lat is None:
        return chosen
    found = places.unit_of_point(lon, lat)
    return found.pk if found and found.pk in reach() else chosen


def device(post: QueryDict) -> dict[str, Any]:
    """What a person says of a device, as the actions take it."""
    lon, lat = place(post)
    return {
        "name": text(post, "name", 200),
        "kind": kind(post),
        "unit": unit_or_place(post, lon, lat),
        "lon": lon,
        "lat": lat,
        "period": own_period(post),
        "unit_code": measure(post),
    }


def subscription(post: QueryDict, kept: dict[str, Any] | None = None) -> dict[str, Any]:
    """Where to subscribe. An empty password keeps the one that is kept; the other broker wants it each time.

    A port that is none comes out as None, for the action to name its field.
    """
    tls = post.get("tls") == "on"
    password = _NOT_TEXT.sub("", post.get("password", ""))[:200]
    return {
        "host": text(post, "host", 200),
        "port": rules.port(post.get("port", ""), tls=tls),
        "username": text(post, "username", 200),
        "password": password or (kept or {}).get("password", ""),
        "topics": lines(post, "topic") or ["#"],
        "tls": tls,
    }


def start_of(post: QueryDict | dict[str, str], name: str) -> int:
    """Where a page of a list begins; the first one for what is no number."""
    return rules.whole(post.get(name, "0")) or 0
