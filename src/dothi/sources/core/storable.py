# SPDX-License-Identifier: Apache-2.0
"""What PostgreSQL takes as text and JSON: no NUL, no lone surrogate, no number that is none."""

from __future__ import annotations

import math
import re
from typing import Any

_BAD = re.compile("[\x00\ud800-\udfff]")


def cleaned(value: Any) -> Any:
    """The value with what cannot be stored replaced by U+FFFD, and NaN and infinity by nothing."""
    if isinstance(value, str):
        return _BAD.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {cleaned(key): cleaned(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(inner) for inner in value]
    return value


def is_storable(value: Any) -> bool:
    """Whether the value can be stored as it is."""
    if isinstance(value, str):
        return _BAD.search(value) is None
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(is_storable(key) and is_storable(inner) for key, inner in value.items())
    return all(is_storable(inner) for inner in value) if isinstance(value, (list, tuple)) else True
