# SPDX-License-Identifier: Apache-2.0
"""The door of places."""

from __future__ import annotations

from dothi.places.actions.calendar import set_day, set_week, swap_days
from dothi.places.actions.change import change_unit, replace_units
from dothi.places.actions.intake import Intake, take_list
from dothi.places.actions.setting import set_setting
from dothi.places.actions.unit import NewCode, NewUnit, put_units, remove_simulated_units
from dothi.places.errors import BadCalendar, BadList, BadPoint, BadSetting, BadUnit, NoSuchUnit
from dothi.places.models import Unit
from dothi.places.queries.calendar import calendar, due
from dothi.places.queries.setting import setting, setting_row
from dothi.places.queries.unit import (
    by_code,
    chain,
    edition_of_today,
    find_address,
    heirs,
    origins,
    predecessors,
    roll_up,
    root_unit,
    scope_of,
    search,
    subtree,
    successors,
    tree_at,
    unit_of_point,
    units_at,
)
from dothi.places.rules.address import Address, Located
from dothi.places.rules.calendar import Calendar, Week
from dothi.places.rules.deadline import DueChange, Limit, OpenDue, recompute
from dothi.places.rules.grid import GridPoint, Zone, grid_point, to_vn2000, zone_of
from dothi.places.rules.search import Found
from dothi.places.rules.setting import Setting
from dothi.places.rules.tree import RolledUp, Tree

__all__ = [
    "Address",
    "BadCalendar",
    "BadList",
    "BadPoint",
    "BadSetting",
    "BadUnit",
    "Calendar",
    "DueChange",
    "Found",
    "GridPoint",
    "Intake",
    "Limit",
    "Located",
    "NewCode",
    "NewUnit",
    "NoSuchUnit",
    "OpenDue",
    "RolledUp",
    "Setting",
    "Tree",
    "Unit",
    "Week",
    "Zone",
    "by_code",
    "calendar",
    "chain",
    "change_unit",
    "due",
    "edition_of_today",
    "find_address",
    "grid_point",
    "heirs",
    "origins",
    "predecessors",
    "put_units",
    "recompute",
    "remove_simulated_units",
    "replace_units",
    "roll_up",
    "root_unit",
    "scope_of",
    "search",
    "set_day",
    "set_setting",
    "set_week",
    "setting",
    "setting_row",
    "subtree",
    "successors",
    "swap_days",
    "take_list",
    "to_vn2000",
    "tree_at",
    "unit_of_point",
    "units_at",
    "zone_of",
]
