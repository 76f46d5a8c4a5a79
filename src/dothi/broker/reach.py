# SPDX-License-Identifier: Apache-2.0
"""How far a key reaches: which types, attributes and scopes there are for its holder. Pure.

Reading, what is outside does not exist: entities, and the types, scopes and attributes of entities that are partly
inside. Writing, what is outside is refused, and nothing may come in or go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec

_T = TypeVar("_T")
Why = Literal["type", "attribute", "scope", "whole", "entity"]
"""What a write would touch that is outside; `whole`: an act on attributes that the key may not see, too."""

_WHOLE = frozenset({"delete", "delete_temporal", "replace", "upsert_replace", "expire"})
"""Verbs that touch every attribute of an entity that is there."""

Head = tuple[Sequence[str], Sequence[str], str | None]
"""(types, scopes, when it expires) of an entity."""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Expanded names of types and attributes, scopes with all below them. None: no limit; empty: nothing."""

    types: frozenset[str] | None = None
    attrs: frozenset[str] | None = None
    scopes: tuple[str, ...] | None = None

    def kept_types(self, types: Sequence[str]) -> list[str]:
        return list(types) if self.types is None else [t for t in types if t in self.types]

    def kept_scopes(self, scopes: Sequence[str]) -> list[str]:
        return list(scopes) if self.scopes is None else [s for s in scopes if self.covers(s)]

    def covers(self, scope: str) -> bool:
        """Whether a scope is one of those, or below it."""
        return self.scopes is None or any(scope == s or scope.startswith(f"{s}/") for s in self.scopes)

    def sees(self, types: Sequence[str], scopes: Sequence[str]) -> bool:
        """Whether an entity of these types in these scopes is there at all."""
        return (self.types is None or bool(self.kept_types(types))) and (
            self.scopes is None or bool(self.kept_scopes(scopes))
        )

    def names(self, wanted: Iterable[str] | None) -> list[str] | None:
        """Of the attributes wanted (None: all) those inside; None where there is no limit at all."""
        if self.attrs is None:
            return None if wanted is None else list(wanted)
        return sorted(self.attrs if wanted is None else self.attrs.intersection(wanted))

    def part(
        self, types: Sequence[str], scopes: Sequence[str], attrs: Mapping[str, _T]
    ) -> tuple[list[str], list[str], dict[str, _T]] | None:
        """Of an entity what is inside; None when it is not there at all."""
        if not self.sees(types, scopes):
            return None
        kept = {n: v for n, v in attrs.items() if self.attrs is None or n in self.attrs}
        return self.kept_types(types), self.kept_scopes(scopes), kept

    def asked(
        self,
        *,
        types: Sequence[str],
        scopes: Sequence[str] | None,
        attrs: Mapping[str, Any],
        attribute: str | None,
    ) -> Why | None:
        """What a write names that is outside; it can be told without looking at the entity."""
        if self.types is not None and not self.types.issuperset(types):
            return "type"
        if scopes and not all(map(self.covers, scopes)):
            return "scope"
        named = {*attrs, *([attribute] if attribute is not None else [])}
        return "attribute" if self.attrs is not None and not self.attrs.issuperset(named) else None

    def moved(self, verb: str, before: Head | None, after: Head | None) -> Why | None:
        """What is outside of a change from one head to another. `before` None: it is made; `after` None: it goes."""
        if before is not None:
            if not self.sees(before[0], before[1]):
                return "entity"
            if self.attrs is not None and (verb in _WHOLE or after is None or _differ(before, after)):
                return "whole"
            then: Head = after or ([], [], None)
            if _rest(before[0], self.kept_types(before[0])) != _rest(then[0], self.kept_types(then[0])):
                return "type"
            if _rest(before[1], self.kept_scopes(before[1])) != _rest(then[1], self.kept_scopes(then[1])):
                return "scope"
        if after is None:
            return None
        if self.types is not None and not self.kept_types(after[0]):
            return "type"
        return "scope" if self.scopes is not None and not self.kept_scopes(after[1]) else None


def _rest(all_: Sequence[str], inside: Sequence[str]) -> set[str]:
    return set(all_).difference(inside)


def _differ(one: Head, other: Head) -> bool:
    return (set(one[0]), set(one[1]), one[2]) != (set(other[0]), set(other[1]), other[2])


def reach_of(
    types: Iterable[str] | None, attrs: Iterable[str] | None, scopes: Iterable[str] | None
) -> Reach | None:
    """The reach of these limits; None when there are none, so that the unlimited pay nothing."""
    if types is None and attrs is None and scopes is None:
        return None
    return Reach(
        types=None if types is None else frozenset(types),
        attrs=None if attrs is None else frozenset(attrs),
        scopes=None if scopes is None else tuple(sorted({s.rstrip("/") for s in scopes})),
    )
