# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

from datetime import timedelta

import pytest

from dothi.foundation import clock
from dothi.identity.rules import recovery as rules
from dothi.identity.rules.recovery import Officer

AT = clock.now()
A, B = Officer(id="a", role="staff"), Officer(id="b", role="staff")
PERSON, HEAD = Officer(id="p", role="resident"), Officer(id="h", role="admin")


@pytest.mark.parametrize(
    ("officer", "person", "problem"),
    [
        (A, PERSON, None), (A, B, None), (A, A, "identity.recovery.own"), (PERSON, A, "identity.not_allowed"),
        (A, HEAD, "identity.recovery.needs_administrators"), (Officer(id="g", role="admin"), HEAD, None),
        (HEAD, HEAD, "identity.recovery.own"),
    ],
)  # fmt: skip
def test_officer_opens_for_others_when_he_may(officer: Officer, person: Officer, problem: str | None) -> None:
    assert rules.opening_problem(officer=officer, person=person) == problem


@pytest.mark.parametrize(
    ("officer", "minutes", "problem"),
    [
        (B, 0, None), (B, 29.9, None), (B, 30, "identity.recovery.late"), (B, -1, "identity.recovery.late"),
        (A, 1, "identity.recovery.same_officer"), (PERSON, 1, "identity.not_allowed"),
    ],
)  # fmt: skip
def test_another_officer_confirms_in_time_when_he_may(
    officer: Officer, minutes: float, problem: str | None
) -> None:
    opened = AT - timedelta(minutes=minutes)

    assert (
        rules.confirming_problem(officer=officer, person=PERSON, opened_by="a", opened_at=opened, at=AT)
        == problem
    )


@pytest.mark.parametrize(
    ("minutes", "tries", "entered", "good"),
    [
        (0, 0, False, True),
        (9.9, 4, False, True),
        (10, 0, False, False),
        (1, 5, False, False),
        (1, 0, True, False),
    ],
)
def test_code_is_good_once_and_for_ten_minutes(
    minutes: float, tries: int, *, entered: bool, good: bool
) -> None:
    confirmed = AT - timedelta(minutes=minutes)

    assert (
        rules.code_is_good(confirmed_at=confirmed, entered_at=AT if entered else None, tries=tries, at=AT)
        is good
    )


def test_code_is_none_when_nobody_has_confirmed() -> None:
    assert rules.code_is_good(confirmed_at=None, entered_at=None, tries=0, at=AT) is False


def test_code_is_read_as_made_when_typed_in_any_way() -> None:
    codes = [rules.new_code() for _ in range(200)]

    assert len(set(codes)) == 200
    assert all(set(code) <= set(rules.ALPHABET + "-") and len(code) == 9 for code in codes)
    assert [rules.clean_code(typed) for typed in ("k7mq2xpd", " K7MQ 2XPD ", "k7mq–2xpd", "")] == ["K7MQ-2XPD"] * 3 + ["-"]  # fmt: skip


@pytest.mark.parametrize(("given", "good"), [("1234", True), ("12 ab", True), ("", False), ("123", False), ("12345", False), ("12–4", False), ("１２３４", False)])  # fmt: skip
def test_digits_are_the_last_four_when_entered(given: str, *, good: bool) -> None:
    assert (rules.digits_problem(rules.clean_digits(given)) is None) is good
