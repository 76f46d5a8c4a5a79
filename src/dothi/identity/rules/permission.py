# SPDX-License-Identifier: Apache-2.0
"""Who may do what to which thing: pure, on grants and a tree of units that the caller hands in.

A permission is `<room>.<verb>`; a grant may also name a whole room (`sources.*`), one verb of all rooms (`*.see`), or
all (`*`). A grant says where (a unit, with what is below it, or the whole city), of which entity types and attributes,
for which purposes, and from when to when. Nothing is forbidden by a rule: what is not granted is not allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

import msgspec

EVERYTHING = "*"


class Units(Protocol):
    """The tree of units of one day. `above`: a unit and all it lies in; `below`: a unit and all that lie in it.

    Both follow merges: what belonged to a unit that is gone belongs to its heirs. `choices`: ids and names, from the
    top down, those below indented.
    """

    def above(self, unit: str, /) -> frozenset[str]: ...
    def below(self, unit: str, /) -> frozenset[str]: ...
    def choices(self) -> list[tuple[str, str]]: ...


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about. `unit` empty: it belongs to the whole city, and to no ward alone."""

    unit: str = ""
    type: str = ""
    attributes: frozenset[str] = frozenset()
    purpose: str = ""


WHOLE_CITY = Thing()


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody may do. Empty sets and an empty unit do not narrow; `via` says where it comes from.

    `within`: a second unit, with what is below it, that a delegation narrows the first to.
    """

    permission: str
    via: str
    unit: str = ""
    subtree: bool = True
    within: str = ""
    types: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def names(self, permission: str) -> bool:
        """Whether the permission is meant."""
        if self.permission in {EVERYTHING, permission}:
            return True
        room, _, verb = self.permission.partition(".")
        asked_room, _, asked_verb = permission.partition(".")
        return (room == asked_room and verb == "*") or (room == "*" and verb == asked_verb)

    def holds_at(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def covers(self, thing: Thing, units: Callable[[], Units]) -> bool:
        """Whether the thing lies within what was granted; a narrowed grant says nothing of things unnamed."""
        return (
            _is_in(thing.unit, self.unit, self.subtree, units)
            and _is_in(thing.unit, self.within, True, units)
            and (not self.types or thing.type in self.types)
            and (not self.attributes or (bool(thing.attributes) and thing.attributes <= self.attributes))
            and (not self.purposes or thing.purpose in self.purposes)
        )

    def reaches(self, units: Callable[[], Units]) -> frozenset[str] | None:
        """The units that it is good for; None: everywhere."""
        parts = [
            units().below(unit) if subtree else frozenset({unit})
            for unit, subtree in ((self.unit, self.subtree), (self.within, True))
            if unit
        ]
        return frozenset.intersection(*parts) if parts else None


def _is_in(unit: str, place: str, subtree: bool, units: Callable[[], Units]) -> bool:  # noqa: FBT001 - a fact of the grant
    if not place or unit == place:
        return True
    return bool(unit) and subtree and place in units().above(unit)


class Reach(msgspec.Struct, frozen=True):
    """The units in which something is allowed. `everywhere`: all of them, and what belongs to no unit."""

    everywhere: bool = False
    units: frozenset[str] = frozenset()

    def __contains__(self, unit: object) -> bool:
        return self.everywhere or (bool(unit) and unit in self.units)

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.units)

    def __and__(self, other: Reach) -> Reach:
        """Where both reach."""
        if self.everywhere:
            return other
        return self if other.everywhere else Reach(units=self.units & other.units)


NOWHERE = Reach()
EVERYWHERE = Reach(everywhere=True)


class Rights:
    """All that one actor may do, sorted by permission when first asked. `units` is called only when a tree is needed."""

    def __init__(self, granted: Iterable[Granted], units: Callable[[], Units]) -> None:
        self.granted = tuple(granted)
        self._units = units
        self._by_permission: dict[str, tuple[Granted, ...]] = {}

    def of(self, permission: str) -> tuple[Granted, ...]:
        """The grants that name a permission, whenever they hold."""
        found = self._by_permission.get(permission)
        if found is None:
            found = tuple(g for g in self.granted if g.names(permission))
            self._by_permission[permission] = found
        return found

    def why(self, permission: str, thing: Thing, at: datetime) -> Granted | None:
        """The grant by which it is allowed; None when it is not."""
        for granted in self.of(permission):
            if granted.holds_at(at) and granted.covers(thing, self._units):
                return granted
        return None

    def own(self) -> Rights:
        """Without what others let the actor do for a while: only one's own may be given on."""
        return Rights((g for g in self.granted if not g.via.startswith("delegation:")), self._units)

    def anywhere(self, permission: str, at: datetime) -> bool:
        """Whether it is allowed to anything at all."""
        return any(g.holds_at(at) for g in self.of(permission))

    def reach(self, permission: str, at: datetime) -> Reach:
        """Where it is allowed, for things of every type and purpose; grants that are narrowed do not count."""
        units: set[str] = set()
        for granted in self.of(permission):
            if not granted.holds_at(at) or granted.types or granted.attributes or granted.purposes:
                continue
            places = granted.reaches(self._units)
            if places is None:
                return EVERYWHERE
            units |= places
        return Reach(units=frozenset(units))


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max((m for m in (first, second) if m is not None), default=None)


def _sooner(first: datetime | None, second: datetime | None) -> datetime | None:
    return min((m for m in (first, second) if m is not None), default=None)


def delegated(
    own: Iterable[Granted],
    *,
    permissions: Iterable[str],
    unit: str,
    since: datetime,
    until: datetime,
    via: str,
) -> list[Granted]:
    """What a giver's own grants become in the hands of another: never more, never longer, never elsewhere."""
    wanted = tuple(permissions)
    return [
        msgspec.structs.replace(
            granted,
            permission=permission,
            within=unit,
            since=_later(granted.since, since),
            until=_sooner(granted.until, until),
            via=via,
        )
        for granted in own
        for permission in ([p for p in wanted if granted.names(p)] if wanted else [granted.permission])
    ]
