# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with places.

DothiError
├── BadInput
│   ├── BadUnit       a unit whose parent is unknown, whose dates are turned round or whose boundary is no area
│   ├── BadList       a file that is no list of units and no boundaries
│   ├── BadCalendar   hours that overlap, a limit that is no number, a calendar that never opens
│   ├── BadSetting    a setting of a place whose value is not of the kind that is asked for
│   ├── BadPoint      a coordinate outside Vietnam's grid
│   └── RefusedForm   a form with sentences at its fields
└── NotFound
    └── NoSuchUnit    the unit does not exist, on any date
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput, NotFound


class BadUnit(BadInput):
    """A unit whose parent is unknown, whose dates are turned round or whose boundary is no area."""


class BadList(BadInput):
    """A file that is no list of units and no boundaries."""


class BadCalendar(BadInput):
    """Hours that overlap, a limit that is no number, a calendar that never opens."""


class BadSetting(BadInput):
    """A setting of a place whose value is not of the kind that is asked for."""


class BadPoint(BadInput):
    """A coordinate outside Vietnam's grid."""


class RefusedForm(BadInput):
    """What was entered cannot be taken; `fields`: field name -> message key."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("places.form.refused")
        self.fields = fields


class NoSuchUnit(NotFound):
    """The unit does not exist, on any date."""

    def __init__(self, unit: str) -> None:
        super().__init__("places.unit.missing", unit=unit)
