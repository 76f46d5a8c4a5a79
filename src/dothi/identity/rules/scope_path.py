# SPDX-License-Identifier: Apache-2.0
"""A reach in units as scope paths of the broker, each of which holds all below it."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 100
"""A token with more paths is longer than servers take in a header."""


def _holds(path: str, other: str) -> bool:
    return other == path or other.startswith(f"{path}/")


def tops(inside: Iterable[str], outside: Iterable[str]) -> tuple[str, ...]:
    """The fewest paths that hold what is inside and nothing of what is outside.

    A unit without what lies below it (a grant that is not for the subtree) has no path of its own: it is left out
    when something below it is outside.
    """
    shut = {above for path in outside for above in _above(path)}
    kept = sorted(path for path in set(inside) if path.strip("/") and path not in shut)
    found: list[str] = []
    for path in sorted(kept, key=lambda one: one.count("/")):
        if not any(_holds(top, path) for top in found):
            found.append(path)
    return tuple(sorted(found))


def _above(path: str) -> list[str]:
    """The path and those it lies in."""
    steps = path.split("/")
    return ["/".join(steps[:length]) for length in range(2, len(steps) + 1)]
