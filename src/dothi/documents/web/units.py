# SPDX-License-Identifier: Apache-2.0
"""For which unit an officer acts: chosen among those within reach."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from dothi.documents.errors import RefusedForm
from dothi.identity.door import reach
from dothi.places.door import Unit


def within_reach() -> list[tuple[str, str]]:
    """Units by name; the city as a whole is for those who reach all."""
    here = reach()
    rows = Unit.objects.order_by("name")
    if not here.everywhere:
        rows = rows.filter(pk__in=here.units)
    return [(unit.pk, str(unit)) for unit in rows[:500]]


def choices() -> dict[str, Any]:
    """What the field of a form (`documents/_unit.html`) is drawn from."""
    return {"units": within_reach(), "everywhere": reach().everywhere}


def chosen(request: HttpRequest) -> str:
    """The chosen unit; without a choice the city, or the only unit there is. RefusedForm for any other."""
    found = request.POST.get("unit", "")
    here = reach()
    if not found and here.everywhere:
        return ""
    if not found and len(here.units) == 1:
        return next(iter(here.units))
    if found in dict(within_reach()):
        return found
    raise RefusedForm({"unit": "documents.form.unit"})
