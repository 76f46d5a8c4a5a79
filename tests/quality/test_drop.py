# SPDX-License-Identifier: Apache-2.0
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dothi.foundation.grade import DIMENSIONS, Grade, Letter, Reason
from dothi.quality.context import Context, Counts
from dothi.quality.drop import Drop, Fall, drop
from dothi.quality.grading import grade_series

AT = datetime(2026, 11, 25, 3, tzinfo=UTC)
LATER = AT + timedelta(minutes=10)
BEST: dict[str, Any] = {"period": 600, "source_class": "statutory", "signed": True, "neighbours": 3, "name": "Trạm 12"}  # fmt: skip


def graded(at: datetime, passed: int = 144, newest: datetime = AT, **known: Any) -> Grade:
    grade = grade_series(
        Counts(expected=144, usable=144, judged=144, passed=passed, newest=newest),
        Context(**{**BEST, **known}),
        at,
    )
    assert grade is not None
    return grade


def of(letters: str, at: datetime = AT, *reasons: Reason) -> Grade:
    return Grade(*letters, at, "dothi-1", reasons)  # type: ignore[arg-type] - the letters are three of the four


def test_drop_names_dimension_and_reason_when_a_station_falls_silent():
    found = drop(graded(AT), graded(AT + timedelta(hours=3)))

    assert found is not None
    assert (found.before, found.after, found.falls) == ("A", "D", (Fall("timely", "A", "D"),))
    assert found.sentence("vi") == (
        "Điểm giảm từ A xuống D (kịp thời: A xuống D). Cũ: số đo gần nhất cách đây 3 giờ, trong khi chu kỳ là 10 phút."
    )
    assert found.sentence("en") == (
        "The grade fell from A to D (timely: A to D). Late: the newest reading is 3 hours old, while the period is 10 minutes."
    )


def test_drop_tells_only_the_new_reason_when_others_were_there_before():
    before = graded(AT, maintenance=True)
    after = graded(LATER, maintenance=True, conflict="Sở Xây dựng")

    found = drop(before, after)

    assert found is not None
    assert [reason.key for reason in found.reasons] == ["quality.reason.conflict"]


def test_drop_says_that_the_overall_letter_stands_when_only_a_part_fell():
    found = drop(of("ACA"), of("BCA", LATER))

    assert found == Drop("C", "C", (Fall("sufficient", "A", "B"),), ())
    assert not found.overall
    assert found.sentence("vi") == "Điểm chung vẫn là C, nhưng có phần giảm (đủ: A xuống B)."


def test_drop_is_told_when_one_part_falls_and_another_rises():
    found = drop(of("BAA"), of("ABA", LATER))

    assert found is not None
    assert (found.falls, found.overall) == ((Fall("trustworthy", "A", "B"),), False)


@pytest.mark.parametrize("later", ["ABC", "AAA", "AAC"])
def test_drop_is_none_when_nothing_fell(later: str):
    assert drop(of("ABC"), of(later, LATER)) is None


def test_drop_is_none_when_one_of_the_two_was_not_evaluated():
    assert drop(None, of("DDD")) is None
    assert drop(of("AAA"), None) is None
    assert drop(None, None) is None


def test_drop_is_refused_when_the_later_grade_is_the_older_one():
    with pytest.raises(ValueError, match="older"):
        drop(of("AAA", LATER), of("BBB"))


def test_drop_is_refused_when_the_method_is_another():
    other = Grade("D", "D", "D", LATER, "dothi-2")

    with pytest.raises(ValueError, match="two methods"):
        drop(of("AAA"), other)


def test_drop_is_overall_exactly_when_the_overall_letter_falls():
    chance = random.Random(4)
    letters: list[Letter] = ["A", "B", "C", "D"]
    for _ in range(2_000):
        before = of("".join(chance.choices(letters, k=3)))
        after = of("".join(chance.choices(letters, k=3)), LATER)

        found = drop(before, after)

        fell = [d for d in DIMENSIONS if after.letter(d) > before.letter(d)]
        assert [fall.dimension for fall in found.falls] == fell if found else fell == []
        assert (found is not None and found.overall) == (after.overall > before.overall)
