# SPDX-License-Identifier: Apache-2.0
"""What a sender can do wrong with a request.

DothiError
├── NotFound           404  no such source
├── NotAuthenticated   401  token missing or wrong
├── NotAllowed         403  a source of another way in; nothing but devices that wait or are muted
├── BadInput           400  nothing in it can be kept
├── TooLarge           413
└── WrongMethod        405
"""

from __future__ import annotations

from dothi.foundation.errors import DothiError


class WrongMethod(DothiError):
    status = 405
    title = "Method not allowed"
