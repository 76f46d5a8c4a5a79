# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime

from dothi.cityhall.bench import rights
from dothi.identity.rules.permission import Granted, Rights, Thing

AT = datetime(2026, 11, 25, tzinfo=UTC)


def test_country_has_as_many_communes_as_the_law_when_counted() -> None:
    country = rights.Country()

    below = [country.below(f"p{n}") for n in range(rights.PROVINCES)]

    assert sum(len(found) - 1 for found in below) == rights.COMMUNES
    assert all(f"p{n}" in country.above(next(iter(found - {f"p{n}"}))) for n, found in enumerate(below))


def test_questions_are_answered_both_ways_when_measured() -> None:
    country = rights.Country()
    held = Rights([Granted(permission="sources.see", via="post:1", unit="p1")], lambda: country)

    answers = [held.why("sources.see", Thing(unit=f"c{n}"), AT) is not None for n in range(rights.PROVINCES)]

    assert [n for n, yes in enumerate(answers) if yes] == [1]


def test_rows_have_a_value_and_their_targets_when_measured() -> None:
    check, point = rights.rows("identity", 0.05)

    assert (check.target, check.unit, point.target, point.unit) == (50, "us", 5, "ms")
    assert check.value > 0
    assert point.value > 0
