# SPDX-License-Identifier: Apache-2.0
"""What was refused, page by page: of one source, or of none."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dothi.identity.door import requires
from dothi.sources import queries
from dothi.sources.models import Source
from dothi.sources.web import forms

SIZE = 50


def _page(request: HttpRequest, source: Source | None) -> HttpResponse:
    first = forms.start_of(request.GET, "from")
    refusals = queries.page(queries.refusals(source), first, SIZE)
    return render(request, "sources/refusals.html", {"source": source, "refusals": refusals})


@requires("sources.see")
@require_safe
def unmatched(request: HttpRequest) -> HttpResponse:
    """What belongs to no source: unknown logins, topics that nobody listens on."""
    return _page(request, None)


@requires("sources.see")
@require_safe
def of_source(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, queries.source(slug))
