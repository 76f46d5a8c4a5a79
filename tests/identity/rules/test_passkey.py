# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

from datetime import timedelta

import pytest

from dothi.foundation import clock
from dothi.identity.rules import passkey as rules
from dothi.identity.rules.passkey import Home


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("http://127.0.0.1:8080", Home(rp_id="localhost", origin="http://localhost:8080")),
        ("http://localhost:80", Home(rp_id="localhost", origin="http://localhost")),
        ("http://[::1]:8080", Home(rp_id="localhost", origin="http://localhost:8080")),
        ("https://Dothi.Hue.gov.vn:443", Home(rp_id="dothi.hue.gov.vn", origin="https://dothi.hue.gov.vn")),
        (
            "https://dothi.hue.gov.vn:8443",
            Home(rp_id="dothi.hue.gov.vn", origin="https://dothi.hue.gov.vn:8443"),
        ),
        ("http://dothi.hue.gov.vn", Home(rp_id="", origin="http://dothi.hue.gov.vn")),
        ("https://10.0.0.5", Home(rp_id="", origin="https://10.0.0.5")),
        ("http://10.0.0.5:8080", Home(rp_id="", origin="http://10.0.0.5:8080")),
    ],
)
def test_home_is_a_name_that_browsers_allow_when_the_city_has_one(url: str, home: Home) -> None:
    assert rules.home_of(url) == home


@pytest.mark.parametrize(
    ("url", "origin", "ours"),
    [
        ("https://dothi.hue.gov.vn", "https://dothi.hue.gov.vn", True),
        ("https://dothi.hue.gov.vn", "https://evil.dothi.hue.gov.vn", False),
        ("https://dothi.hue.gov.vn", "https://dothi.hue.gov.vn:8443", False),
        ("https://dothi.hue.gov.vn", "http://dothi.hue.gov.vn", False),
        ("https://dothi.hue.gov.vn", "", False),
        ("http://127.0.0.1:8080", "http://localhost:9000", True),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", False),
        ("http://127.0.0.1:8080", "http://evil.localhost:8080", False),
        ("http://127.0.0.1:8080", "ftp://localhost", False),
        ("http://10.0.0.5", "http://10.0.0.5", False),
        ("http://10.0.0.5", "", False),
    ],
)
def test_origin_is_ours_when_it_is_exactly_that(url: str, origin: str, *, ours: bool) -> None:
    assert rules.origin_is_ours(rules.home_of(url), origin) is ours


@pytest.mark.parametrize(("before", "now", "back"), [(0, 0, False), (0, 1, False), (1, 2, False), (1, 1, True), (2, 1, True), (5, 0, True)])  # fmt: skip
def test_counter_tells_a_copy_when_it_does_not_grow(before: int, now: int, *, back: bool) -> None:
    assert rules.counter_went_back(before=before, now=now) is back


def test_last_key_may_go_when_the_person_is_a_resident() -> None:
    assert [rules.may_remove(role=role, left=left) for role in ("admin", "staff", "resident") for left in (0, 1)] == [False, True, False, True, True, True]  # fmt: skip


def test_name_of_a_key_is_cleaned_when_given() -> None:
    given = ["  Máy   nhà ", "", "\x00", "x" * 99, "a\u202eb"]

    assert [rules.clean_name(name, otherwise="Khóa") for name in given] == ["Máy nhà", "Khóa", "Khóa", "x" * 60, "Khóa"]  # fmt: skip


def test_ceremony_is_fresh_for_five_minutes_when_begun() -> None:
    at = clock.now()

    assert [rules.is_fresh(begun_at=at - timedelta(seconds=s), at=at) for s in (-1, 0, 299, 300)] == [False, True, True, False]  # fmt: skip
