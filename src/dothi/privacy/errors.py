# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with privacy.

DothiError
├── BadInput
│   └── RefusedForm     a form with sentences at its fields
├── NotAllowed
│   └── TooLongAgo      somebody signed in too long ago for this
├── NotFound
│   └── NoSuchRequest   no request has this code
└── Conflict
    ├── NotNow          a step that the state of a request does not allow
    └── Held            a legal hold, or a duty to keep, stands against it
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput, Conflict, NotAllowed, NotFound


class RefusedForm(BadInput):
    """What was entered cannot be taken; `fields`: field name -> message key."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("privacy.form.refused")
        self.fields = fields


class TooLongAgo(NotAllowed):
    """Somebody signed in too long ago for this."""

    def __init__(self) -> None:
        super().__init__("privacy.recent.needed")


class NoSuchRequest(NotFound):
    """No request has this code."""

    def __init__(self) -> None:
        super().__init__("privacy.request.missing")


class NotNow(Conflict):
    """A step that the state of a request does not allow."""


class Held(Conflict):
    """A legal hold, or a duty to keep, stands against it."""
