# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with places.

DothiError
└── BadInput
    └── BadUnit       a unit whose parent is unknown, whose dates are turned round or whose boundary is no area
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput


class BadUnit(BadInput):
    """A unit whose parent is unknown, whose dates are turned round or whose boundary is no area."""
