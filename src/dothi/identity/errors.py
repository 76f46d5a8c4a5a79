# SPDX-License-Identifier: Apache-2.0
"""What can go wrong at the door.

DothiError
├── NotAllowed
│   └── LinkNotGood       the one-time link was used, has expired or was never ours
└── BadInput
    └── RefusedForm       a form with sentences at its fields
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput, NotAllowed


class LinkNotGood(NotAllowed):
    """The one-time link was used, has expired or was never ours."""

    def __init__(self) -> None:
        super().__init__("identity.link.not_good")


class RefusedForm(BadInput):
    """What was entered cannot be taken; `fields`: field name -> message key."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("identity.form.refused")
        self.fields = fields
