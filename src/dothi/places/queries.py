# SPDX-License-Identifier: Apache-2.0
"""Units at a date, by point, by name; nothing here writes."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from dothi.foundation import clock
from dothi.foundation.text import fold
from dothi.places import rules
from dothi.places.models import Unit


def today() -> date:
    return clock.now().astimezone(clock.VIETNAM).date()


def units_at(at: date | None = None) -> QuerySet[Unit]:
    """The units that exist on a day, in Vietnamese order; without boundaries, which are large."""
    day = at or today()
    return (
        Unit.objects.filter(valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
        .defer("boundary")
        .order_by("name_sort")
    )


def root_unit(at: date | None = None) -> Unit | None:
    """The unit above all: the locality itself. A simulated one yields to a real one."""
    return units_at(at).filter(parent__isnull=True).order_by("simulated", "name_sort").first()


def unit_of_point(lon: float, lat: float, at: date | None = None) -> Unit | None:
    """The smallest unit that covers a point on a day."""
    boxes = (
        units_at(at)
        .defer(None)
        .filter(boundary__isnull=False, west__lte=lon, east__gte=lon, south__lte=lat, north__gte=lat)
    )
    covering = [unit for unit in boxes if rules.holds(unit.boundary or {}, lon, lat)]
    return min(covering, key=lambda unit: rules.area(unit.boundary or {}).area, default=None)


def scope_of(unit_id: str) -> str:
    """`/<city>/<ward>` of a unit, whenever it existed."""
    parents = dict(Unit.objects.values_list("id", "parent_id"))
    return rules.scope(rules.chain(unit_id, parents))


def subtree(unit_id: str, at: date | None = None) -> list[str]:
    """Ids of a unit and all below it on a day."""
    below: dict[str | None, list[str]] = {}
    for id_, parent in units_at(at).values_list("id", "parent_id"):
        below.setdefault(parent, []).append(id_)
    found, front = [unit_id], [unit_id]
    while front:
        front = [child for parent in front for child in below.get(parent, []) if child not in found]
        found += front
    return found


def search(words: str, at: date | None = None) -> QuerySet[Unit]:
    """Units by name, with or without diacritics."""
    return units_at(at).filter(name_fold__contains=fold(words))
