# SPDX-License-Identifier: Apache-2.0
"""Many waiting devices accepted at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dothi.identity.door import requires
from dothi.sources import actions, queries
from dothi.sources.web import forms, notices

AT_ONCE = 1_000


@requires("sources.manage")
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """The chosen ones, or all of one source: of one kind and of one unit, when those are said."""
    slug = forms.text(request.POST, "source", 80)
    whole = bool(slug) and request.POST.get("which") == "all"
    devices = (
        queries.waiting(queries.source(slug))
        if whole
        else queries.chosen(request.POST.getlist("device")[:AT_ONCE])
    )
    count = actions.accept_devices(
        list(devices[:AT_ONCE]), kind=forms.kind(request.POST), unit=forms.unit(request.POST)
    )
    notices.say(request, "sources.waiting.accepted" if count else "sources.waiting.none_chosen", count=count)
    return redirect("source", slug=slug) if slug else redirect("sources")
