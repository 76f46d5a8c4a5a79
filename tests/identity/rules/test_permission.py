# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.identity.rules.permission import (
    EVERYWHERE,
    NOWHERE,
    Granted,
    Reach,
    Rights,
    Thing,
    delegated,
)

AT = datetime(2026, 11, 25, 8, tzinfo=UTC)
PARENTS = {"city": None, "a": "city", "b": "city", "a1": "a", "a2": "a"}


class Tree:
    """City, two wards, two quarters of the first; `gone` became a1."""

    asked = 0

    def above(self, unit: str, /) -> frozenset[str]:
        Tree.asked += 1
        found, at = {unit}, "a1" if unit == "gone" else unit
        while at:
            found.add(at)
            at = PARENTS.get(at) or ""
        return frozenset(found)

    def below(self, unit: str, /) -> frozenset[str]:
        return frozenset(u for u in (*PARENTS, "gone") if unit in self.above(u))

    def choices(self) -> list[tuple[str, str]]:
        return [(unit, unit) for unit in PARENTS]


def rights(*granted: Granted) -> Rights:
    return Rights(granted, Tree)


def grant(permission: str = "sources.see", **more: Any) -> Granted:
    return Granted(permission=permission, via="post:1", **more)


@pytest.mark.parametrize(
    ("held", "asked", "is_named"),
    [
        ("*", "sources.see", True),
        ("sources.see", "sources.see", True),
        ("sources.*", "sources.see", True),
        ("*.see", "sources.see", True),
        ("*.see", "sources.manage", False),
        ("sources.see", "sources.manage", False),
        ("sources.*", "places.see", False),
        ("source.*", "sources.see", False),
        ("", "sources.see", False),
    ],
)
def test_grant_names_a_permission_when_it_is_it_or_has_a_star(held: str, asked: str, is_named: Any) -> None:
    assert grant(held).names(asked) is is_named


@pytest.mark.parametrize(
    ("place", "subtree", "thing", "allowed"),
    [
        ("", True, "", True),
        ("", True, "b", True),
        ("a", True, "a", True),
        ("a", True, "a2", True),
        ("a", True, "gone", True),
        ("a", True, "b", False),
        ("a", True, "city", False),
        ("a", True, "", False),
        ("a", False, "a", True),
        ("a", False, "a1", False),
        ("a", True, "unknown", False),
    ],
)
def test_grant_holds_in_its_unit_and_below_when_it_has_one(
    place: str, subtree: Any, thing: str, allowed: Any
) -> None:
    held = rights(grant(unit=place, subtree=subtree))

    assert (held.why("sources.see", Thing(unit=thing), AT) is not None) is allowed


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (AT, None, True),
        (AT + timedelta(seconds=1), None, False),
        (None, AT, False),
        (None, AT + timedelta(seconds=1), True),
    ],
)
def test_grant_holds_from_its_first_moment_until_its_last_when_timed(
    since: Any, until: Any, holds: Any
) -> None:
    held = rights(grant(since=since, until=until))

    assert held.anywhere("sources.see", AT) is holds
    assert (held.reach("sources.see", AT) == EVERYWHERE) is holds


def test_narrowed_grant_says_nothing_of_what_is_not_named_when_asked() -> None:
    held = rights(
        grant(
            types=frozenset({"Device"}), attributes=frozenset({"pm25", "pm10"}), purposes=frozenset({"shift"})
        )
    )
    fine = Thing(type="Device", attributes=frozenset({"pm25"}), purpose="shift")

    def allowed(**change: Any) -> bool:
        thing = Thing(type=fine.type, attributes=fine.attributes, purpose=fine.purpose)
        given = {"type": thing.type, "attributes": thing.attributes, "purpose": thing.purpose} | change
        return held.why("sources.see", Thing(**given), AT) is not None

    assert allowed()
    assert not allowed(type="Person")
    assert not allowed(type="")
    assert not allowed(attributes=frozenset({"pm25", "phone"}))
    assert not allowed(attributes=frozenset())
    assert not allowed(purpose="curiosity")
    assert not allowed(purpose="")
    assert held.reach("sources.see", AT) == NOWHERE


def test_reach_joins_all_grants_when_there_are_several() -> None:
    held = rights(grant(unit="a1"), grant(unit="b"), grant("places.see"))

    assert held.reach("sources.see", AT) == Reach(units=frozenset({"a1", "b", "gone"}))
    assert held.reach("places.see", AT) == EVERYWHERE
    assert held.reach("ledger.see", AT) == NOWHERE
    assert "" not in held.reach("sources.see", AT)
    assert "" in held.reach("places.see", AT)


def test_delegated_rights_are_never_more_than_the_givers_when_narrowed() -> None:
    own = [
        grant("sources.*", unit="a", until=AT + timedelta(days=2)),
        grant("places.see", since=AT - timedelta(days=9)),
    ]

    taken = delegated(
        own,
        permissions=["sources.see", "ledger.see"],
        unit="a1",
        since=AT,
        until=AT + timedelta(days=5),
        via="delegation:7",
    )

    assert taken == [
        Granted(
            permission="sources.see",
            via="delegation:7",
            unit="a",
            within="a1",
            since=AT,
            until=AT + timedelta(days=2),
        )
    ]
    held = Rights(taken, Tree)
    assert held.reach("sources.see", AT) == Reach(units=frozenset({"a1", "gone"}))
    assert held.why("sources.see", Thing(unit="a2"), AT) is None
    assert held.why("sources.manage", Thing(unit="a1"), AT) is None


def test_delegation_elsewhere_gives_nothing_when_the_giver_holds_nothing_there() -> None:
    taken = delegated(
        [grant(unit="a")], permissions=[], unit="b", since=AT, until=AT + timedelta(1), via="delegation:7"
    )

    assert Rights(taken, Tree).reach("sources.see", AT) == NOWHERE
    assert all(Rights(taken, Tree).why("sources.see", Thing(unit=u), AT) is None for u in (*PARENTS, ""))


PLACES = st.sampled_from(["", *PARENTS, "gone"])
GRANTS = st.lists(
    st.builds(
        Granted,
        permission=st.sampled_from(["*", "*.see", "sources.*", "sources.see", "sources.manage"]),
        via=st.just("post:1"),
        unit=PLACES,
        subtree=st.booleans(),
        within=PLACES,
        until=st.sampled_from([None, AT, AT + timedelta(1)]),
    ),
    max_size=4,
)


@given(GRANTS, PLACES, st.sampled_from(["sources.see", "sources.manage", "ledger.see"]))
def test_reach_and_why_agree_when_a_thing_has_neither_type_nor_purpose(
    granted: list[Granted], place: str, permission: str
) -> None:
    held = Rights(granted, Tree)

    assert (held.why(permission, Thing(unit=place), AT) is not None) == (place in held.reach(permission, AT))


@given(GRANTS, PLACES, PLACES, st.sampled_from(["sources.see", "sources.manage"]))
def test_delegated_rights_lie_within_the_givers_when_compared(
    granted: list[Granted], unit: str, place: str, permission: str
) -> None:
    granted = [msgspec.structs.replace(g, within="") for g in granted]  # what is delegated is one's own

    taken = delegated(
        granted, permissions=[], unit=unit, since=AT, until=AT + timedelta(1), via="delegation:1"
    )

    if Rights(taken, Tree).why(permission, Thing(unit=place), AT):
        assert Rights(granted, Tree).why(permission, Thing(unit=place), AT)


def test_tree_is_not_asked_when_everything_is_granted_everywhere() -> None:
    held, before = rights(grant("*")), Tree.asked

    assert held.reach("sources.see", AT) == EVERYWHERE
    assert held.why("sources.see", Thing(unit="a1"), AT)
    assert Tree.asked == before
