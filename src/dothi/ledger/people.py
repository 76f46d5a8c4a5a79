# SPDX-License-Identifier: Apache-2.0
"""Who stands behind an actor's id. Put in by city hall: the ledger keeps ids only and may not know identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class People:
    """`names`: of actor ids that have one today; `search`: the ids of those whose name or login holds the words."""

    names: Callable[[Iterable[str]], dict[str, str]] = lambda _ids: {}
    search: Callable[[str], list[str]] = lambda _words: []


_known = [People()]


def set_people(people: People) -> None:
    """Called once, when the pages are wired."""
    _known[0] = people


def people() -> People:
    return _known[0]
