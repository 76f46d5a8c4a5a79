# SPDX-License-Identifier: Apache-2.0
"""What may be asked, what may follow what, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from dothi.privacy.rules import request as rules
from dothi.privacy.rules import retention, shipped
from dothi.privacy.rules.request import NEXT, OF_PERSON, OPEN

AT = datetime(2026, 3, 2, 3, tzinfo=UTC)
VERBS = (
    "check",
    "take",
    "ask",
    "supply",
    "extend",
    "answer",
    "refuse",
    "withdraw",
    "close",
    "involve",
    "erase",
)


def test_every_state_ends_and_no_ended_one_opens_again_when_steps_are_followed() -> None:
    for state, verb in product(NEXT, VERBS):
        to = rules.next_state(state, verb)
        if state not in OPEN:
            assert to in {None, "closed"}
    assert {state for state, steps in NEXT.items() if not steps} == {"withdrawn", "closed"}


def test_person_may_withdraw_whenever_a_request_is_open() -> None:
    assert {state for state, steps in NEXT.items() if "withdraw" in steps} == set(OPEN)
    assert {"supply", "withdraw"} == OF_PERSON


def test_every_right_has_its_limit_when_the_law_is_in_force() -> None:
    limits = {kind: rules.limit_on(shipped.limits(), kind, date(2026, 1, 1)) for kind in rules.KINDS}

    assert {kind: (one.amount_for(third_party=False), one.amount_for(third_party=True)) for kind, one in limits.items()} == {
        "access": (10, 10), "provide": (10, 10), "rectify": (10, 10), "erase": (20, 20),
        "withdraw": (15, 20), "restrict": (15, 20), "object": (15, 20),
    }  # fmt: skip
    assert {kind for kind, one in limits.items() if one.proven} == {"withdraw", "restrict", "object"}
    assert all(one.source for one in shipped.limits())


def test_no_limit_counts_before_the_law_was_in_force() -> None:
    with pytest.raises(LookupError):
        rules.limit_on(shipped.limits(), "access", date(2025, 12, 31))


@pytest.mark.parametrize(
    "typed",
    ["DL-7K3M-9QPX-2TFH", "dl 7k3m 9qpx 2tfh", "7K3M9QPX2TFH", " DL7K3M-9QPX2TFH. ", "dl–7k3m–9qpx–2tfh"],
)
def test_code_is_read_when_it_is_typed_or_dictated(typed: str) -> None:
    assert rules.read_code(typed) == "DL-7K3M-9QPX-2TFH"


@pytest.mark.parametrize(
    "typed", ["", "DL", "DL-7K3M-9QPX-2TF", "DL-7K3M-9QPX-2TFH2", "DL-0K3M-9QPX-2TFH", "đ" * 12]
)
def test_code_is_none_when_it_has_another_shape(typed: str) -> None:
    assert rules.read_code(typed) == ""


def test_codes_differ_and_can_be_read_when_made() -> None:
    made = {rules.new_code() for _ in range(2000)}

    assert len(made) == 2000
    assert all(rules.read_code(code) == code for code in made)


@pytest.mark.parametrize(
    ("state", "hours", "found"),
    [
        ("taken", 72, "fine"),
        ("taken", 48, "soon"),
        ("taken", 0, "soon"),
        ("taken", -1, "late"),
        ("closed", -1, "done"),
    ],
)
def test_request_is_late_when_its_clock_has_run_out(state: rules.State, hours: int, found: str) -> None:
    due = AT + timedelta(hours=hours)

    assert rules.urgency(state=state, due=due, at=AT, soon=due - timedelta(days=2)) == found


@pytest.mark.parametrize(
    ("days", "happens", "problem"),
    [
        (1, "delete", None),
        (36_500, "anonymise", None),
        (None, "keep", None),
        (0, "delete", "privacy.retention.days.wrong"),
        (-1, "delete", "privacy.retention.days.wrong"),
        (36_501, "delete", "privacy.retention.days.wrong"),
        (None, "delete", "privacy.retention.days.wrong"),
        (5, "sell", "privacy.retention.happens.wrong"),
    ],
)
def test_rule_is_refused_when_it_cannot_be_carried_out(
    days: int | None, happens: str, problem: str | None
) -> None:
    assert retention.rule_problem(days=days, happens=happens) == problem


def test_newest_rule_that_has_begun_counts_when_there_are_several() -> None:
    def rule(version: int, days: int, since: date) -> retention.Rule:
        return retention.Rule(
            key="files", days=days, happens="delete", basis={"vi": "x"}, valid_from=since, version=version
        )

    rules_ = [rule(0, 730, date(2026, 1, 1)), rule(1, 365, date(2026, 2, 1)), rule(2, 30, date(2027, 1, 1))]

    assert {day: retention.counting(rules_, day)["files"].days for day in (date(2026, 1, 5), date(2026, 3, 1), date(2027, 1, 1))} == {
        date(2026, 1, 5): 730, date(2026, 3, 1): 365, date(2027, 1, 1): 30,
    }  # fmt: skip


def test_kept_thing_has_no_end_when_its_time_is_asked_for() -> None:
    kept = retention.Rule(
        key="ledger", days=None, happens="keep", basis={"vi": "x"}, valid_from=date(2026, 1, 1)
    )
    gone = retention.Rule(
        key="links", days=7, happens="delete", basis={"vi": "x"}, valid_from=date(2026, 1, 1)
    )

    assert (retention.before(kept, AT), retention.before(gone, AT)) == (None, AT - timedelta(days=7))
