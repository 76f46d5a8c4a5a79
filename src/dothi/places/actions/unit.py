# SPDX-License-Identifier: Apache-2.0
"""Units are added, put again, and taken away with a demo city."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import transaction

from dothi.foundation.text import fold, nfc, sort_key
from dothi.ledger.door import note
from dothi.places.errors import BadUnit
from dothi.places.models import Edition, Unit, UnitCode, UnitEvent, UnitPast
from dothi.places.rules.geometry import area

_CHANGING = [
    "parent", "kind", "name", "name_fold", "name_sort", "code", "valid_from", "valid_to", "boundary", "west",
    "south", "east", "north", "simulated",
]  # fmt: skip


class NewCode(msgspec.Struct, kw_only=True, frozen=True):
    """A code of a unit in a list (`statistical`, `agency`, `postal`, `other`); its dates are the unit's by default."""

    scheme: str
    code: str
    valid_from: date | None = None
    valid_to: date | None = None


class NewUnit(msgspec.Struct, kw_only=True, frozen=True):
    """A unit as it is handed in. `boundary`: GeoJSON Polygon or MultiPolygon in WGS 84. `code`: the statistical one."""

    id: str
    kind: str
    name: str
    parent: str | None = None
    code: str = ""
    codes: tuple[NewCode, ...] = ()
    valid_from: date = date(2025, 7, 1)
    valid_to: date | None = None
    boundary: dict[str, Any] | None = None
    simulated: bool = False


def touch(tenant: str) -> None:
    """Say that the units differ from now on: every process reads them anew."""
    Edition.objects.update_or_create(tenant=tenant, defaults={"mark": secrets.token_hex(12)})


def box(boundary: dict[str, Any] | None) -> dict[str, float | None]:
    bounds = area(boundary).bounds if boundary else (None, None, None, None)
    return dict(zip(("west", "south", "east", "north"), bounds, strict=True))


def _as_row(unit: NewUnit, tenant: str) -> Unit:
    if unit.valid_to is not None and unit.valid_to <= unit.valid_from:
        raise BadUnit("places.unit.dates", name=unit.name)
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
        simulated=unit.simulated,
        **box(unit.boundary),
    )


def _codes(unit: NewUnit, tenant: str) -> list[UnitCode]:
    own = (NewCode(scheme="statistical", code=unit.code),) if unit.code else ()
    return [
        UnitCode(
            tenant=tenant, unit_id=unit.id, scheme=code.scheme, code=code.code,
            valid_from=code.valid_from or unit.valid_from, valid_to=code.valid_to or unit.valid_to,
        )
        for code in dict.fromkeys((*own, *unit.codes))
    ]  # fmt: skip


def _check_parents(units: Sequence[NewUnit]) -> None:
    parents = dict(Unit.objects.values_list("id", "parent_id")) | {unit.id: unit.parent for unit in units}
    for unit in units:
        if unit.parent is not None and unit.parent not in parents:
            raise BadUnit("places.unit.parent", name=unit.name, parent=unit.parent)
        seen, above = {unit.id}, unit.parent
        while above is not None:
            if above in seen:
                raise BadUnit("places.unit.circle", name=unit.name)
            seen.add(above)
            above = parents.get(above)


@transaction.atomic
def put_units(*, units: Sequence[NewUnit], tenant: str = "") -> int:
    """Add units or replace those of the same id, all or none; parents may stand later in the same call."""
    _check_parents(units)
    rows = [_as_row(unit, tenant) for unit in units]
    Unit.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_CHANGING)
    put_codes([code for unit in units for code in _codes(unit, tenant)])
    touch(tenant)
    real = [unit.id for unit in units if not unit.simulated]
    if real:
        which = real[0] if len(real) == 1 else f"{len(real)}-units"
        note("places.act.units_put", f"unit:{which}", tenant=tenant, count=len(real))
    return len(rows)


def put_codes(codes: Iterable[UnitCode]) -> None:
    """Add codes; one that stands already gets its end only."""
    UnitCode.objects.bulk_create(
        codes,
        update_conflicts=True,
        unique_fields=["unit", "scheme", "code", "valid_from"],
        update_fields=["valid_to"],
    )


@transaction.atomic
def remove_simulated_units() -> int:
    """Take the units of the demo city away, without trace; how many they were."""
    parts = Unit.objects.filter(simulated=True)
    tenants = set(parts.values_list("tenant", flat=True))
    UnitEvent.objects.filter(parts__unit__simulated=True).delete()
    UnitPast.objects.filter(unit__simulated=True).delete()
    parts.update(parent=None)
    gone = parts.count()
    parts.delete()
    for tenant in tenants:
        touch(tenant)
    return gone
