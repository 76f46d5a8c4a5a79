# SPDX-License-Identifier: Apache-2.0
"""Every address of the pages. Each view carries its authentication decision (identity.door)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path

from dothi.cityhall import choices, home
from dothi.identity import door as identity
from dothi.ledger.web.addresses import addresses as ledger_addresses
from dothi.places.web.urls import pages as place_pages


def of_unit(_request: HttpRequest, unit_id: str, **_rest: Any) -> identity.Thing:
    """The unit in the address."""
    return identity.Thing(unit=unit_id)


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("ket-noi/", home.connect, name="connect"),
    path("method/", home.method, name="method"),
    path("language/", choices.language, name="language"),
    path("theme/", choices.theme, name="theme"),
    path("", include("dothi.identity.web.urls")),
    path("", include("dothi.identity.web.people_urls")),
    path("", include("dothi.identity.web.key_urls")),
    path("sources/", include("dothi.sources.web.urls")),
    path("privacy/", include("dothi.privacy.web.urls")),
    path("", include("dothi.documents.web.urls")),
    path(
        "ledger/",
        include(ledger_addresses(see=identity.requires("ledger.see", city=True), public=identity.public)),
    ),
    path(
        "places/",
        include(
            place_pages(
                see=identity.requires("places.see"),
                manage=identity.requires("places.manage", city=True),
                manage_unit=identity.requires("places.manage", of=of_unit),
            )
        ),
    ),
]
if find_spec("dothi.operations.web") and find_spec("dothi.operations.web.urls"):
    urlpatterns.append(path("", include("dothi.operations.web.urls")))

handler400 = "dothi.cityhall.error_pages.bad_request"
handler403 = "dothi.cityhall.error_pages.forbidden"
handler404 = "dothi.cityhall.error_pages.missing"
handler500 = "dothi.cityhall.error_pages.failed"
