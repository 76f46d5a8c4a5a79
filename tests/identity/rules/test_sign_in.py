# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dothi.identity.rules import sign_in as rules

MADE = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("used", "later", "good"),
    [
        (None, timedelta(0), True),
        (None, timedelta(hours=23, minutes=59), True),
        (None, timedelta(hours=24), False),
        (MADE, timedelta(minutes=1), False),
        (None, timedelta(seconds=-1), False),
    ],
)
def test_link_is_good_once_within_a_day_when_judged(
    used: datetime | None, later: timedelta, good: object
) -> None:
    assert rules.link_is_good(made_at=MADE, used_at=used, at=MADE + later) is good


@pytest.mark.parametrize(
    ("password", "common", "problem"),
    [
        ("ngắn quá", False, "identity.password.short"),
        ("x" * 201, False, "identity.password.long"),
        ("passwordpassword", True, "identity.password.guessable"),
        ("aaaaaaaaaaaaaa", False, "identity.password.guessable"),
        ("Nguyễn Văn An Bình", False, "identity.password.guessable"),
        ("một câu dài chỉ An biết", False, None),
    ],
)
def test_password_problem_names_what_is_wrong_when_weak(
    password: str, common: Any, problem: str | None
) -> None:
    found = rules.password_problem(password, name="nguyen van an binh", login="an", is_common=common)

    assert found == problem


@pytest.mark.parametrize(
    ("login", "fine"),
    [
        ("an", True),
        ("an.nguyen@hue.gov.vn", True),
        ("a", False),
        ("an nguyen", False),
        ("an@", False),
        ("Ân", False),
    ],
)
def test_login_problem_is_none_when_it_is_a_name_or_an_address(login: str, fine: object) -> None:
    assert (rules.login_problem(login) is None) is fine


def test_password_is_guessable_when_it_is_a_row_of_keys_or_one_word_with_digits() -> None:
    found = {
        word: rules.password_problem(word, name="An Nguyễn", login="an@example.vn", is_common=False)
        for word in ("123456789012", "098765432109", "qwertyuiopas", "zyxwvutsrqpo", "dothi2026!!!", "Mật khẩu 2026", "AnNguyen1990", "adminadmin12", "202611250930", "dothi và biển")
    }  # fmt: skip

    assert {word for word, key in found.items() if key != "identity.password.guessable"} == {
        "202611250930",
        "dothi và biển",
    }
