# SPDX-License-Identifier: Apache-2.0
"""Every address of the pages. Each view carries its authentication decision (identity.door)."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from dothi.cityhall import choices, home
from dothi.cityhall.file_reader import read_file
from dothi.identity import door as identity
from dothi.ledger.door import People, set_people
from dothi.ledger.web.addresses import addresses as ledger_addresses
from dothi.places.web.urls import pages as place_pages
from dothi.sources.door import set_file_reader

set_file_reader(read_file)
set_people(People(names=identity.names_of, search=identity.ids_of))

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("ket-noi/", home.connect, name="connect"),
    path("language/", choices.language, name="language"),
    path("theme/", choices.theme, name="theme"),
    path("", include("dothi.identity.web.urls")),
    path("sources/", include("dothi.sources.web.urls")),
    path("ledger/", include(ledger_addresses(staff=identity.staff, public=identity.public))),
    path("privacy/", include("dothi.privacy.web.urls")),
    path("places/", include(place_pages(staff=identity.staff, admin=identity.admin))),
]
if find_spec("dothi.operations.web") and find_spec("dothi.operations.web.urls"):
    urlpatterns.append(path("", include("dothi.operations.web.urls")))

handler400 = "dothi.cityhall.error_pages.bad_request"
handler403 = "dothi.cityhall.error_pages.forbidden"
handler404 = "dothi.cityhall.error_pages.missing"
handler500 = "dothi.cityhall.error_pages.failed"
