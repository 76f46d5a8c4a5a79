# SPDX-License-Identifier: Apache-2.0
"""What happens to units: they are renamed, transferred, get another border, merge and split. History is appended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from dothi.foundation.text import fold, nfc, sort_key
from dothi.ledger.door import note
from dothi.places.actions.unit import NewUnit, box, put_units, touch
from dothi.places.errors import BadUnit, NoSuchUnit
from dothi.places.models import Unit, UnitCode, UnitEvent, UnitPart, UnitPast
from dothi.places.rules.tree import EVENT_KINDS


def _locked(ids: Sequence[str]) -> list[Unit]:
    found = {unit.pk: unit for unit in Unit.objects.select_for_update().filter(pk__in=ids)}
    for unit in ids:
        if unit not in found:
            raise NoSuchUnit(unit)
    return [found[unit] for unit in ids]


def _record(
    *, tenant: str, kind: str, day: date, basis: str, before: Sequence[str], after: Sequence[str]
) -> UnitEvent:
    """The event, once: the same units on the same day by the same kind are the same event."""
    if kind not in EVENT_KINDS:
        raise BadUnit("places.event.kind", kind=kind)
    wanted = {(unit, False) for unit in before} | {(unit, True) for unit in after}
    for known in UnitEvent.objects.filter(kind=kind, day=day).prefetch_related("parts"):
        if {(part.unit_id, part.after) for part in known.parts.all()} == wanted:
            return known
    event = UnitEvent.objects.create(tenant=tenant, kind=kind, day=day, basis=basis[:500])
    UnitPart.objects.bulk_create(
        UnitPart(tenant=tenant, event=event, unit_id=unit, after=after) for unit, after in sorted(wanted)
    )
    return event


@transaction.atomic
def change_unit(
    *,
    unit: str,
    day: date,
    kind: str | None = None,
    name: str | None = None,
    parent: str | None = None,
    boundary: dict[str, Any] | None = None,
    basis: str = "",
) -> Unit:
    """Rename, transfer or redraw a unit from a day on; what it was until then is kept. None leaves a part as it is."""
    row = _locked([unit])[0]
    last = row.past.order_by("-valid_to").first()
    since = last.valid_to if last else row.valid_from
    if day < since or (row.valid_to is not None and day >= row.valid_to):
        raise BadUnit("places.unit.change_date", name=row.name)
    if parent is not None and not Unit.objects.filter(pk=parent).exclude(pk=unit).exists():
        raise BadUnit("places.unit.parent", name=row.name, parent=parent)
    old = (row.kind, row.name, row.parent_id)
    if day > since:
        UnitPast.objects.create(
            tenant=row.tenant, unit=row, parent_id=row.parent_id, kind=row.kind, name=row.name,
            boundary=row.boundary, valid_from=since, valid_to=day,
        )  # fmt: skip
    row.kind, row.name = nfc(kind or row.kind), nfc(name or row.name)
    row.name_fold, row.name_sort = fold(row.name), sort_key(row.name)
    row.parent_id = parent or row.parent_id
    if boundary is not None:
        row.boundary = boundary
        for field, value in box(boundary).items():
            setattr(row, field, value)
    row.save()
    if row.parent_id != old[2]:
        _record(tenant=row.tenant, kind="transfer", day=day, basis=basis, before=[unit], after=[unit])
    elif (row.kind, row.name) != old[:2]:
        _record(tenant=row.tenant, kind="rename", day=day, basis=basis, before=[unit], after=[unit])
    touch(row.tenant)
    if not row.simulated:
        note("places.act.unit_changed", f"unit:{unit}", tenant=row.tenant, day=day.isoformat(), basis=basis)
    return row


@transaction.atomic
def first_boundaries(*, boundaries: Mapping[str, dict[str, Any]], tenant: str = "") -> int:
    """The borders of units that had none: no history is lost. How many there were."""
    count = 0
    for unit, boundary in boundaries.items():
        count += Unit.objects.filter(pk=unit, boundary__isnull=True).update(
            boundary=boundary, **box(boundary)
        )
    if count:
        touch(tenant)
        note("places.act.borders_put", f"unit:{count}-units", tenant=tenant, count=count)
    return count


@transaction.atomic
def change_code(*, unit: str, code: str, day: date, scheme: str = "statistical") -> None:
    """Another code of a unit in a list from a day on; the one before ends there and is still found."""
    row = _locked([unit])[0]
    codes = UnitCode.objects.filter(unit=row, scheme=scheme)
    codes.filter(valid_to__isnull=True, valid_from__lt=day).exclude(code=code).update(valid_to=day)
    if not codes.filter(code=code, valid_to__isnull=True).exists():
        UnitCode.objects.update_or_create(
            tenant=row.tenant, unit=row, scheme=scheme, code=code, valid_from=day, defaults={"valid_to": None}
        )
    if scheme == "statistical":
        Unit.objects.filter(pk=unit).update(code=code)
    touch(row.tenant)
    if not row.simulated:
        note(
            "places.act.code_changed",
            f"unit:{unit}",
            tenant=row.tenant,
            scheme=scheme,
            code=code,
            day=day.isoformat(),
        )


@transaction.atomic
def replace_units(
    *,
    kind: str,
    day: date,
    before: Sequence[str],
    after: Sequence[NewUnit | str],
    basis: str = "",
    tenant: str = "",
) -> UnitEvent:
    """Merge or split: units of `before` that are not among `after` end on the day; new ones begin on it."""
    new = [unit for unit in after if isinstance(unit, NewUnit)]
    if new:
        put_units(units=new, tenant=tenant)
    ids = [unit.id if isinstance(unit, NewUnit) else unit for unit in after]
    _locked(ids)
    for row in _locked(before):
        if row.pk in ids or row.valid_to == day:
            continue
        if row.valid_from >= day or (row.valid_to is not None and row.valid_to < day):
            raise BadUnit("places.unit.change_date", name=row.name)
        row.valid_to = day
        row.save(update_fields=["valid_to"])
        UnitCode.objects.filter(unit=row, valid_to__isnull=True).update(valid_to=day)
    event = _record(tenant=tenant, kind=kind, day=day, basis=basis, before=before, after=ids)
    touch(tenant)
    if Unit.objects.filter(pk__in=ids, simulated=False).exists():
        note(
            "places.act.units_replaced",
            f"unit:{before[0]}",
            tenant=tenant,
            before=list(before),
            event=kind,
            day=day.isoformat(),
            basis=basis,
            after=ids,
        )
    return event
