# SPDX-License-Identifier: Apache-2.0
"""What people enter, turned into what actions take; what cannot be is named by its field."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import msgspec
from django.http import HttpRequest, QueryDict

from dothi.foundation.clock import VIETNAM
from dothi.places.errors import BadUnit, RefusedForm
from dothi.places.official_list import unpacked
from dothi.places.queries.unit import tree_at
from dothi.places.rules.calendar import Span
from dothi.places.rules.geometry import mended
from dothi.places.rules.words import KINDS

_SAID = "places_said"


def text(post: QueryDict, name: str, limit: int = 200) -> str:
    return post.get(name, "").replace("\x00", "").strip()[:limit]


def day_of(said: str) -> date | None:
    """`2026-11-24` or `24/11/2026`; None when it is no date."""
    parts = said.strip().split("/")
    try:
        return date.fromisoformat("-".join(reversed(parts)) if len(parts) == 3 else said.strip())
    except ValueError:
        return None


def day(post: QueryDict, name: str) -> date:
    found = day_of(post.get(name, ""))
    if found is None:
        raise RefusedForm({name: "places.form.day"})
    return found


def moment_of(said: str) -> datetime | None:
    """What a `datetime-local` field gives, in Vietnam's time."""
    try:
        return datetime.fromisoformat(said).replace(tzinfo=VIETNAM)
    except ValueError:
        return None


def unit_of(said: str, at: date | None = None) -> str | None:
    """The id when a unit of the day has it."""
    return said if said in tree_at(at) else None


def units(at: date | None = None) -> list[tuple[str, str]]:
    """All units of a day for a choice: id and name, those below indented."""
    tree = tree_at(at)
    found: list[tuple[str, str]] = []

    def walk(unit: str, depth: int) -> None:
        found.append((unit, "\u2003" * depth + str(tree.units[unit])))
        for child in tree.children(unit):
            walk(child, depth + 1)

    for root in tree.roots():
        walk(root, 0)
    return found


def kinds() -> list[str]:
    """Legal words of the two-level system first, as they are written on pages."""
    now = ("phường", "xã", "đặc khu", "thành phố", "tỉnh")
    return [word[:1].upper() + word[1:] for word in (*now, *(k for k in KINDS if k not in now))]


class _Drawn(msgspec.Struct):
    type: str
    geometry: dict[str, Any] | None = None
    features: list[dict[str, Any]] = []
    coordinates: list[Any] | None = None


def boundary(request: HttpRequest, name: str = "boundary") -> dict[str, Any] | None:
    """The one area of a GeoJSON file; None when no file was sent."""
    sent = request.FILES.get(name)
    if sent is None:
        return None
    try:
        content = unpacked(sent.read())
        found = msgspec.json.decode(content, type=_Drawn)
        shape: Any = msgspec.json.decode(content)
        if found.type == "FeatureCollection":
            if len(found.features) != 1:
                raise RefusedForm({name: "places.form.one_border"})
            shape = found.features[0].get("geometry")
        elif found.type == "Feature":
            shape = found.geometry
        return mended(shape or {})[0]
    except (msgspec.DecodeError, UnicodeDecodeError, BadUnit) as error:
        raise RefusedForm({name: "places.unit.boundary"}) from error


def spans(said: str) -> tuple[Span, ...]:
    """`07:30-11:30, 13:30-17:00`; ValueError when it is none."""
    found = []
    for part in said.replace("\u2013", "-").replace(";", ",").split(","):
        if part.strip():
            opens, closes = (time.fromisoformat(_clock(edge)) for edge in part.split("-"))
            found.append((opens, closes))
    return tuple(found)


def _clock(edge: str) -> str:
    hour, _, minute = edge.strip().replace("h", ":").replace("g", ":").partition(":")
    return f"{hour:0>2}:{minute or '00'}"


def account(request: HttpRequest) -> str:
    """Who writes, for the record."""
    found = getattr(request, "account", None)
    return str(found.pk) if found else ""


def tenant(request: HttpRequest) -> str:
    return str(getattr(request, "tenant", ""))


def say(request: HttpRequest, key: str) -> None:
    """Let the next page say a sentence once."""
    request.session[_SAID] = key


def heard(request: HttpRequest) -> dict[str, Any]:
    return {"said": request.session.pop(_SAID, "")}
