# SPDX-License-Identifier: Apache-2.0
"""What people enter, turned into what actions take; what cannot be is named by its field."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict

from dothi.foundation.kinds import BY_KEY, KINDS
from dothi.places import door as places
from dothi.sources import rules
from dothi.sources.errors import RefusedForm

PERIOD_UNITS = ("s", "m", "h", "d")


def options(request: HttpRequest) -> dict[str, Any]:
    """What the choices of a form are: units by name, kinds in the page's language."""
    language = getattr(request, "language", "vi")
    return {
        "units": places.units_at(),
        "kinds": [(kind.key, kind.vi if language == "vi" else kind.en) for kind in KINDS],
        "period_units": PERIOD_UNITS,
    }


def text(post: QueryDict, name: str, limit: int = 400) -> str:
    return post.get(name, "").replace("\x00", "").strip()[:limit]


def period(post: QueryDict) -> int | None:
    return rules.period_of(post.get("period", ""), post.get("period_unit", "s"))


def unit(post: QueryDict) -> str | None:
    chosen = post.get("unit", "")
    return chosen if chosen and places.units_at().filter(pk=chosen).exists() else None


def kind(post: QueryDict) -> str:
    return post.get("kind", "") if post.get("kind", "") in BY_KEY else ""


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
