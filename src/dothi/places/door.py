# SPDX-License-Identifier: Apache-2.0
"""The door of places."""

from __future__ import annotations

from dothi.places.actions import NewUnit, put_units, remove_simulated_units
from dothi.places.errors import BadUnit
from dothi.places.models import Unit
from dothi.places.queries import root_unit, scope_of, search, subtree, unit_of_point, units_at

__all__ = [
    "BadUnit",
    "NewUnit",
    "Unit",
    "put_units",
    "remove_simulated_units",
    "root_unit",
    "scope_of",
    "search",
    "subtree",
    "unit_of_point",
    "units_at",
]
