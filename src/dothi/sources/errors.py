# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with sources.

DothiError
├── BadInput
│   ├── RefusedForm       a form with sentences at its fields
│   └── NotPossible       the thing is retired, or of a way in that cannot do that
├── NotAllowed
│   └── WholeCityOnly     only those whose reach is the whole city may
└── NotFound
    └── NoSuchSource      the source, device or file does not exist
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput, NotAllowed, NotFound


class RefusedForm(BadInput):
    """What was entered cannot be taken; `fields`: field name -> message key."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("sources.form.refused")
        self.fields = fields


class NotPossible(BadInput):
    """The thing is retired, or of a way in that cannot do that."""


class WholeCityOnly(NotAllowed):
    """Only those whose reach is the whole city may do that."""


class NoSuchSource(NotFound):
    """The source, device or file does not exist."""

    def __init__(self) -> None:
        super().__init__("sources.missing")
