# SPDX-License-Identifier: Apache-2.0
"""The only writers of units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import transaction

from dothi.foundation.text import fold, nfc, sort_key
from dothi.places import rules
from dothi.places.errors import BadUnit
from dothi.places.models import Unit

_CHANGING = [
    "parent", "kind", "name", "name_fold", "name_sort", "code", "valid_from", "valid_to", "boundary", "west",
    "south", "east", "north", "simulated",
]  # fmt: skip


class NewUnit(msgspec.Struct, kw_only=True, frozen=True):
    """A unit as it is handed in. `boundary`: GeoJSON Polygon or MultiPolygon in WGS 84."""

    id: str
    kind: str
    name: str
    parent: str | None = None
    code: str = ""
    valid_from: date = date(2025, 7, 1)
    valid_to: date | None = None
    boundary: dict[str, Any] | None = None
    simulated: bool = False


def _as_row(unit: NewUnit, tenant: str) -> Unit:
    if unit.valid_to is not None and unit.valid_to <= unit.valid_from:
        raise BadUnit("places.unit.dates", name=unit.name)
    bounds = rules.area(unit.boundary).bounds if unit.boundary else (None, None, None, None)
    name = nfc(unit.name)
    return Unit(
        id=unit.id,
        tenant=tenant,
        parent_id=unit.parent,
        kind=nfc(unit.kind),
        name=name,
        name_fold=fold(name),
        name_sort=sort_key(name),
        code=unit.code,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        boundary=unit.boundary,
        west=bounds[0],
        south=bounds[1],
        east=bounds[2],
        north=bounds[3],
        simulated=unit.simulated,
    )


@transaction.atomic
def put_units(*, units: Sequence[NewUnit], tenant: str = "") -> int:
    """Add units or replace those of the same id, all or none; parents may stand later in the same call."""
    known = {unit.id for unit in units} | set(Unit.objects.values_list("id", flat=True))
    for unit in units:
        if unit.parent is not None and unit.parent not in known:
            raise BadUnit("places.unit.parent", name=unit.name, parent=unit.parent)
    rows = [_as_row(unit, tenant) for unit in units]
    Unit.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_CHANGING)
    return len(rows)


@transaction.atomic
def remove_simulated_units() -> int:
    """Take the units of the demo city away, without trace."""
    parts = Unit.objects.filter(simulated=True)
    parts.update(parent=None)
    return parts.delete()[0]
