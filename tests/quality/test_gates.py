# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime
from typing import Any

import pytest

from dothi.foundation.figure import Figure
from dothi.foundation.grade import Grade, Letter
from dothi.quality.gates import may_act

AT = datetime(2026, 11, 25, tzinfo=UTC)


def grade(letter: Letter) -> Grade:
    return Grade("A", letter, "A", AT, "1")


@pytest.mark.parametrize(
    ("letter", "known", "allowed", "needs"),
    [
        ("A", {"statutory": True}, True, ()),
        ("B", {"independent_sources": 2}, True, ()),
        ("A", {}, False, ("source",)),
        ("C", {"statutory": True}, False, ("grade",)),
        ("D", {}, False, ("grade", "source")),
    ],
)
def test_machine_acts_alone_only_on_good_and_sourced_figures(
    *, letter: Letter, known: Any, allowed: bool, needs: Any
):
    answer = may_act(grade(letter), "automatic", **known)

    assert (answer.allowed, answer.needs, answer.instead) == (allowed, needs, "" if allowed else "human")


@pytest.mark.parametrize(
    ("letter", "known", "allowed", "needs", "mark"),
    [
        ("B", {}, True, (), ""),
        ("C", {}, False, ("reason",), ""),
        ("C", {"reason": "  "}, False, ("reason",), ""),
        ("C", {"reason": "Mưa lớn"}, True, (), ""),
        ("D", {"reason": "Mưa lớn"}, False, ("approver",), "insufficient"),
        (
            "D",
            {"reason": "Mưa lớn", "decider": "an", "approver": "an"},
            False,
            ("other_approver",),
            "insufficient",
        ),
        ("D", {"reason": "Mưa lớn", "decider": "an", "approver": "binh"}, True, (), "insufficient"),
        ("D", {"decider": "an", "approver": "binh"}, False, ("reason",), "insufficient"),
    ],
)
def test_official_decides_on_less_only_with_reason_and_second_person(
    *, letter: Letter, known: Any, allowed: bool, needs: Any, mark: str
):
    answer = may_act(grade(letter), "decision", **known)

    assert (answer.allowed, answer.needs, answer.mark) == (allowed, needs, mark)


@pytest.mark.parametrize(
    ("letter", "allowed", "mark"),
    [("A", True, ""), ("B", True, ""), ("C", True, "unproven"), ("D", False, "last_good")],
)
def test_public_sees_good_figures_and_doubtful_ones_marked(*, letter: Letter, allowed: bool, mark: str):
    answer = may_act(grade(letter), "public")

    assert (answer.allowed, answer.mark) == (allowed, mark)


@pytest.mark.parametrize(("letter", "mark"), [("B", ""), ("C", "with_gaps"), ("D", "with_gaps")])
def test_indicator_goes_upward_with_its_gaps(letter: Letter, mark: str):
    assert may_act(grade(letter), "upward").mark == mark


@pytest.mark.parametrize("letter", ["A", "B", "C", "D", None])
def test_alert_for_life_is_never_held_back_whatever_the_grade(letter: Letter | None):
    answer = may_act(grade(letter) if letter else None, "alert")

    assert answer.allowed
    assert answer.review == (letter not in {"A", "B"})


def test_figure_without_grade_counts_as_d():
    figure = Figure(value=1.0, unit="CEL", observed_at=AT, source="a", grade=None)

    assert may_act(figure, "decision", reason="x").needs == ("approver",)
    assert not may_act(figure, "automatic", statutory=True).allowed
