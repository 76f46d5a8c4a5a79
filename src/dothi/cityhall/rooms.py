# SPDX-License-Identifier: Apache-2.0
"""The rail of rooms: those that the one who asks may enter."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest

from dothi.identity import door as identity


class Room(NamedTuple):
    """An entry of the rail. `name`: of its icon and of its word (`cityhall.nav.<name>`)."""

    name: str
    address: str
    permission: str
    city: bool = False
    """Only for those who hold it for the whole city."""


ROOMS = (
    Room("console", "/console/", "operations.see"),
    Room("data", "/data/", "operations.see"),
    Room("sources", "/sources/", "sources.see"),
    Room("places", "/places/", "places.see"),
    Room("documents", "/documents/", "documents.see"),
    Room("people", "/people/", "identity.see"),
    Room("privacy", "/privacy/desk/", "privacy.handle", city=True),
    Room("ledger", "/ledger/", "ledger.see", city=True),
)


class Entry(NamedTuple):
    """A room as it is drawn. `is_here`: the page lies in it."""

    name: str
    address: str
    is_here: bool


def rail(request: HttpRequest) -> list[Entry]:
    """What stands in the rail of this page."""
    if not identity.current(request):
        return []
    return [
        Entry(room.name, room.address, request.path.startswith(room.address))
        for room in ROOMS
        if (identity.may if room.city else identity.holds)(request, room.permission)
    ]
