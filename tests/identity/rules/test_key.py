# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from dothi.broker.door import KeyRow, Terms
from dothi.foundation import clock
from dothi.identity.rules import key as rules

NOW = datetime(2026, 11, 24, 9, tzinfo=clock.VIETNAM)
LONG_AGO = NOW - timedelta(days=200)


def row(**more: Any) -> KeyRow:
    given: dict[str, Any] = {
        "id": "k", "tenant": "", "operations": ["read"], "source": None, "note": "GIS", "created_at": LONG_AGO,
        "last_used": NOW, "revoked_at": None,
    }  # fmt: skip
    return KeyRow(**(given | more))


@pytest.mark.parametrize(
    ("more", "standing"),
    [
        ({}, "live"),
        ({"last_used": NOW - timedelta(days=89)}, "live"),
        ({"last_used": NOW - timedelta(days=90)}, "unused"),
        ({"last_used": None}, "unused"),
        ({"last_used": None, "created_at": NOW - timedelta(days=3)}, "live"),
        ({"expires_at": NOW}, "ended"),
        ({"expires_at": NOW + timedelta(seconds=1)}, "live"),
        ({"expires_at": LONG_AGO, "revoked_at": NOW}, "revoked"),
    ],
)
def test_key_stands_as_its_times_say_when_looked_at(more: dict[str, Any], standing: str) -> None:
    assert rules.standing(row(**more), NOW) == standing


@pytest.mark.parametrize(
    ("said", "number"),
    [("", None), ("  ", None), ("600", 600), ("1.000", 1000), ("10 000", 10_000), ("1,5", 15)],
)
def test_quota_is_a_whole_number_when_written_as_people_do(said: str, number: int | None) -> None:
    assert rules.quota(said) == number


@pytest.mark.parametrize("said", ["0", "-5", "abc", "1e9", "٣", "99999999999", "1/2"])
def test_quota_is_refused_when_no_whole_number(said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        rules.quota(said)


def test_networks_are_tidy_when_entered_in_any_way() -> None:
    said = "203.0.113.7, 10.1.2.3/8\n2001:db8::/32;203.0.113.7"

    assert rules.networks(said) == ["10.0.0.0/8", "2001:db8::/32", "203.0.113.7/32"]
    assert rules.networks(" \n ") is None


@pytest.mark.parametrize("said", ["10.0.0.0/33", "example.org", "10.0.0", "1.2.3.4/8/9", "::g"])
def test_networks_are_refused_when_a_line_is_none(said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        rules.networks(said)


def test_terms_are_refused_with_a_sentence_for_each_field_when_empty() -> None:
    assert rules.problems(Terms(operations=[]), NOW) == {
        "note": "identity.key.note_short",
        "owner": "identity.key.owner_missing",
        "operations": "identity.key.operations_missing",
    }


@pytest.mark.parametrize(
    ("end", "wrong"),
    [
        (NOW, {"until": "identity.key.until_past"}),
        (NOW + timedelta(days=1), {}),
        (NOW + timedelta(days=1200), {"until": "identity.key.until_far"}),
    ],
)
def test_end_is_refused_when_past_or_far(end: datetime, wrong: dict[str, str]) -> None:
    terms = Terms(operations=["read"], note="bản đồ", owner="account:1", expires_at=end)

    assert rules.problems(terms, NOW) == wrong
