# SPDX-License-Identifier: Apache-2.0
"""The console page, the ticket with which it reads the broker, and the units beneath its map."""

from __future__ import annotations

import dataclasses
from typing import Any

import shapely.geometry
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from dothi.foundation import clock, ticket
from dothi.foundation.kinds import KINDS
from dothi.identity import door as identity
from dothi.places import door as places


def _with_ticket(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Set the cookie that the broker processes verify."""
    account = identity.current(request)
    shown = ticket.issue(
        settings.SECRET_KEY,
        tenant=getattr(request, "tenant", ""),
        sub=str(account.pk) if account else "",
        now=clock.now().timestamp(),
        scopes=_scopes(),
    )
    answer.set_cookie(
        ticket.SECURE_COOKIE if settings.SESSION_COOKIE_SECURE else ticket.COOKIE,
        shown,
        max_age=ticket.SECONDS,
        path=ticket.PATH,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )
    return answer


def _scopes() -> list[str] | None:
    """Where the one who asks may look, as scope paths, each with all below it; None: everywhere."""
    found = identity.scope_paths(identity.reach())
    return None if found is None else list(found)


def page_config(language: str) -> dict[str, Any]:
    """What the page's script must know before it asks anybody."""
    return {
        "language": language,
        "kinds": [dataclasses.asdict(kind) for kind in KINDS],
        "tiles": tiles(),
    }


def tiles() -> dict[str, str]:
    """What the city wants beneath its own geometry, and whom to name for it; an address goes before a file."""
    chosen = settings.SETTINGS
    return {
        "url": chosen.tile_url,
        "pmtiles": "/tiles.pmtiles" if chosen.pmtiles_file and not chosen.tile_url else "",
        "credit": chosen.tile_credit,
    }


def _screen(request: HttpRequest, template: str) -> HttpResponse:
    """A page whose script reads the broker."""
    config = page_config(getattr(request, "language", "vi"))
    return _with_ticket(request, render(request, template, {"config": config}))


@identity.requires("operations.see")
@ensure_csrf_cookie
@require_GET
def console(request: HttpRequest) -> HttpResponse:
    return _screen(request, "operations/console.html")


@identity.requires("operations.see")
@ensure_csrf_cookie
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """Every series with its grade, the worst first: what the shift has to look at."""
    return _screen(request, "operations/data.html")


@identity.requires("operations.see")
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    return _with_ticket(request, HttpResponse(status=204))


@identity.requires("operations.see")
@require_GET
def base(_request: HttpRequest) -> HttpResponse:
    """Units of today as GeoJSON, with the point where the name stands, and the tiles that lie beneath."""
    units = list(places.units_at().defer(None))
    parents = {unit.pk: unit.parent_id for unit in units}
    features = [unit_feature(unit, unit_scope(unit.pk, parents)) for unit in units]
    answer = JsonResponse({"type": "FeatureCollection", "features": features, "tiles": tiles()})
    answer["Content-Type"] = "application/geo+json"
    return answer


def unit_scope(unit_id: str, parents: dict[str, str | None]) -> str:
    """`/<city>/<ward>` of a unit among `parents`."""
    chain: list[str] = []
    here: str | None = unit_id
    while here is not None and here not in chain:
        chain.append(here)
        here = parents.get(here)
    return "/" + "/".join(reversed(chain))


def unit_feature(unit: places.Unit, scope: str) -> dict[str, Any]:
    label = None
    if unit.boundary:
        point = shapely.geometry.shape(unit.boundary).representative_point()
        label = [round(point.x, 6), round(point.y, 6)]
    return {
        "type": "Feature",
        "geometry": unit.boundary,
        "properties": {
            "id": unit.pk,
            "name": unit.name,
            "scope": scope,
            "parent": unit.parent_id,
            "label": label,
        },
    }
