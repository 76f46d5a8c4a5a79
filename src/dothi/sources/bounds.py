# SPDX-License-Identifier: Apache-2.0
"""Whoever answers for some units enters things for these alone: message keys by field, empty when all is well."""

from __future__ import annotations

from dothi.identity.door import reach
from dothi.places import door as places


def unit_problem(unit: str | None) -> dict[str, str]:
    return {} if (unit or "") in reach() else {"unit": "sources.unit.beyond"}


def place_problem(lon: float | None, lat: float | None) -> dict[str, str]:
    """A thing stands within reach; where the borders of those who ask are not known, their word counts."""
    if reach().everywhere or lon is None or lat is None:
        return {}
    found = places.unit_of_point(lon, lat)
    if found is not None and found.pk in reach():
        return {}
    return {} if _may_be_within(found) else {"lat": "sources.place.beyond"}


def _may_be_within(found: places.Unit | None) -> bool:
    """Whether a unit within reach has no known border and none below it covers the point, nor one beside it."""
    borderless = places.units_at().filter(pk__in=reach().units, boundary__isnull=True)
    if found is None:
        return borderless.exists()
    return any(found.pk in places.chain(unit) for unit in borderless.values_list("pk", flat=True))
