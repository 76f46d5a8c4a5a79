# SPDX-License-Identifier: Apache-2.0
"""Positions: what each lets one do, and those of the locality's own making."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import messages
from dothi.identity.actions import position as actions
from dothi.identity.errors import RefusedForm
from dothi.identity.gates import requires, rights
from dothi.identity.models import Position
from dothi.identity.queries import position
from dothi.identity.rules.permission import Granted
from dothi.identity.step_up import FRESH, recently
from dothi.identity.web import entered


@requires("identity.see")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All positions with what they allow, in words."""
    language = str(getattr(request, "language", "vi"))
    own = set(Position.objects.filter(ended_at__isnull=True).values_list("code", flat=True))
    rows = [
        {
            "known": known,
            "name": known.told(language),
            "is_own": known.code in own,
            "sentences": [position.sentence(language, p) for p in known.permissions],
        }
        for known in position.table().values()
    ]
    return render(request, "identity/positions.html", {"rows": rows, **entered.heard(request)})


def _by_room(language: str, chosen: list[str]) -> list[dict[str, Any]]:
    """All permissions for ticking, by the part of the product they belong to."""
    return [
        {
            "name": messages.text(language, f"{room}.name"),
            "rows": [
                {
                    "code": code,
                    "sentence": position.sentence(language, code),
                    "on": any(Granted(permission=held, via="").names(code) for held in chosen),
                }
                for code in codes
            ],
        }
        for room, codes in groupby(position.permissions(), key=lambda code: code.partition(".")[0])
    ]


@requires("identity.manage", city=True)
@recently(minutes=FRESH)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """Make a position, or change what one allows; one of the product becomes the locality's own."""
    language = str(getattr(request, "language", "vi"))
    known = position.table().get(code)
    if code and (known is None or code == position.ADMINISTRATOR):
        raise Http404
    name = known.told(language) if known else ""
    chosen, wrong = list(known.permissions if known else ()), dict[str, str]()
    if request.method == "POST":
        name, chosen = entered.text(request.POST, "name"), request.POST.getlist("permission")[:200]
        try:
            actions.put_position(
                name=name,
                permissions=chosen,
                code=code,
                tenant=str(getattr(request, "tenant", "")),
                by=rights(request),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            entered.say(request, "identity.said.position_put")
            return redirect("positions")
    page = {"code": code, "name": name, "parts": _by_room(language, chosen), "wrong": wrong}
    return render(request, "identity/position.html", page, status=400 if wrong else 200)


@requires("identity.manage", city=True)
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Take an own position away; the product's of that code, if there is one, counts again."""
    row = Position.objects.filter(code=code, ended_at__isnull=True).first()
    if row is None:
        raise Http404
    try:
        actions.end_position(position=row, by=rights(request))
    except RefusedForm:
        entered.say(request, "identity.position.held")
    else:
        entered.say(request, "identity.said.position_ended")
    return redirect("positions")
