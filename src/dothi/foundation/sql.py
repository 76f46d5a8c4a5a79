# SPDX-License-Identifier: Apache-2.0
"""SQL stands in `.sql` files: named queries, each after a line `-- name: the_name`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_NAME = re.compile(r"^-- name: *([a-z0-9_]+) *$", re.MULTILINE)


def queries(source: Traversable) -> dict[str, str]:
    """The named queries of one file, by name; ValueError when a name stands twice."""
    parts = _NAME.split(source.read_text("utf-8"))
    found: dict[str, str] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in found:
            raise ValueError(f"Query {name} stands twice")
        found[name] = body.strip()
    return found
