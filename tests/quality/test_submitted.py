# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dothi.foundation.grade import Grade, Letter
from dothi.quality.context import Context
from dothi.quality.rollup import Child, complete, grade_rollup
from dothi.quality.submitted import Submission, grade_submitted

AT = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "letters"),
    [
        ({"audit": "passed", "recomputed": True}, "AAA"),
        ({"audit": "passed", "agrees": True}, "AAA"),
        ({"audit": "passed", "signed": True, "traceable": True}, "ABA"),
        ({"audit": "passed", "signed": True}, "ACA"),
        ({"audit": "passed"}, "ACA"),
        ({"audit": "none"}, "ACA"),
        ({"audit": "failed", "signed": True, "traceable": True}, "ADA"),
        ({"audit": "passed", "agrees": True, "contradicted": "Chi cục Thống kê"}, "ADA"),
        ({"audit": "passed", "agrees": True, "late": 1}, "AAB"),
        ({"audit": "passed", "agrees": True, "late": 3}, "AAC"),
        ({"audit": "passed", "agrees": True, "late": 11}, "AAD"),
        ({"audit": "passed", "agrees": True, "late": None}, "AAD"),
        ({"audit": "passed", "agrees": True, "parts": 10, "parts_given": 8}, "BAA"),
        ({"audit": "passed", "agrees": True, "parts": 10, "parts_given": 4}, "DAA"),
    ],
)
def test_submitted_figure_is_graded_by_its_own_rules(known: dict[str, Any], letters: str):
    grade = grade_submitted(Submission(**known), AT)

    assert f"{grade.sufficient}{grade.trustworthy}{grade.timely}" == letters


def child(name: str, letter: Letter | None, weight: float = 1, age: float = 60) -> Child:
    grade = Grade("A", letter, "A", AT, "1") if letter else None
    return Child(name=name, weight=weight, grade=grade, newest=AT - timedelta(seconds=age))


@pytest.mark.parametrize(
    ("children", "letters"),
    [
        ([child("a", "A"), child("b", "A")], "AAA"),
        ([child(str(n), "A") for n in range(9)] + [child("x", "D")], "AAA"),
        ([child(str(n), "A") for n in range(8)] + [child("x", "D"), child("y", "C")], "BCA"),
        ([child("a", "A", 1), child("b", "D", 9)], "DDA"),
        ([child("a", "A"), child("b", None)], "CDA"),
        ([child("a", "A"), child("b", "A", age=3_000)], "AAD"),
    ],
)
def test_rollup_is_no_better_than_nine_tenths_of_its_parts(children: list[Child], letters: str):
    grade = grade_rollup(children, Context(period=600), AT)

    assert grade is not None
    assert f"{grade.sufficient}{grade.trustworthy}{grade.timely}" == letters


def test_rollup_names_the_parts_that_hold_it_down():
    grade = grade_rollup([child("Chợ Cũ", "A"), child("Gò Mơ", "D")], Context(period=600), AT)
    assert grade is not None

    assert "Gò Mơ" in grade.why("sufficient")[0].sentence("vi")
    assert "Chợ Cũ" not in grade.why("sufficient")[0].sentence("vi")


def test_rollup_is_none_when_there_is_nothing_to_weigh():
    assert grade_rollup([child("a", "A", weight=0)], Context(period=600), AT) is None


@pytest.mark.parametrize(("usable", "expected", "is_"), [(18, 24, True), (17, 24, False), (0, 0, False)])
def test_hour_day_and_quarter_need_three_quarters(*, usable: int, expected: int, is_: bool):
    assert complete(usable, expected) == is_
