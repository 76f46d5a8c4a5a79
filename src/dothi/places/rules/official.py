# SPDX-License-Identifier: Apache-2.0
"""The country's official days and usual hours as shipped: dated data with its source, below all that a city enters.

`proven` false: not yet read in the official text itself; pages say "chưa kiểm chứng".
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from dothi.places.rules.calendar import DayRule, Week


class Official(msgspec.Struct, frozen=True):
    weeks: tuple[Week, ...]
    days: tuple[DayRule, ...]


@cache
def official() -> Official:
    return msgspec.json.decode(
        files("dothi.places").joinpath("official_calendar.json").read_bytes(), type=Official
    )
