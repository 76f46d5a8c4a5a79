# SPDX-License-Identifier: Apache-2.0
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dothi.quality.context import Context, Counts
from dothi.quality.grading import grade_series, wilson

AT = datetime(2026, 11, 25, 3, tzinfo=UTC)
BEST: dict[str, Any] = {"period": 600, "source_class": "statutory", "signed": True, "neighbours": 3}


def counts(usable: int, expected: int, passed: int | None = None, age: float = 300, **more: Any) -> Counts:
    newest = AT - timedelta(seconds=age)
    return Counts(
        expected=expected,
        usable=usable,
        judged=usable,
        passed=usable if passed is None else passed,
        newest=newest,
        **more,
    )


def letters(seen: Counts, **known: Any) -> str:
    grade = grade_series(seen, Context(**{**BEST, **known}), AT)
    assert grade is not None
    return f"{grade.sufficient}{grade.trustworthy}{grade.timely}{grade.overall}"


@pytest.mark.parametrize(
    ("judged", "letter"), [(16, "A"), (15, "B"), (7, "B"), (6, "C"), (3, "C"), (2, "D"), (1, "D"), (0, "D")]
)
def test_wilson_needs_as_many_flawless_readings_as_the_method_says(judged: int, letter: str):
    bound = wilson(judged, judged)

    assert letter == ("A" if bound >= 0.85 else "B" if bound >= 0.70 else "C" if bound >= 0.50 else "D")


def test_wilson_is_refused_when_more_passed_than_were_judged():
    with pytest.raises(ValueError, match="More passed"):
        wilson(3, 2)


@pytest.mark.parametrize(
    ("usable", "letter"),
    [(100, "A"), (90, "A"), (89, "B"), (75, "B"), (74, "C"), (50, "C"), (49, "D"), (0, "D")],
)
def test_sufficient_is_share_of_expected_readings(usable: int, letter: str):
    assert letters(counts(usable, 100))[0] == letter


@pytest.mark.parametrize(
    ("age", "letter"), [(0, "A"), (900, "A"), (901, "B"), (1500, "B"), (1501, "C"), (2400, "C"), (2401, "D")]
)
def test_timely_is_age_against_period(age: float, letter: str):
    assert letters(counts(100, 100, age=age))[2] == letter


def test_timely_goes_by_declared_validity_when_there_is_one():
    assert letters(counts(100, 100, age=5_000), valid_for=7_200)[2] == "C"


@pytest.mark.parametrize(
    ("known", "letter"),
    [
        ({}, "A"),
        ({"source_class": "managed"}, "A"),
        ({"source_class": "low_cost"}, "B"),
        ({"source_class": "third_party"}, "B"),
        ({"source_class": "unknown"}, "B"),
        ({"source_class": "anonymous"}, "C"),
        ({"signed": False}, "B"),
        ({"neighbours": 0}, "B"),
        ({"calibrated_until": date(2026, 11, 25)}, "A"),
        ({"calibrated_until": date(2026, 11, 24)}, "C"),
        ({"maintenance": True}, "C"),
        ({"overridden": True}, "C"),
        ({"overridden": True, "seconded": True}, "A"),
        ({"validated": False}, "C"),
        ({"conflict": "Sở TN&MT"}, "D"),
        ({"conflict": "Sở TN&MT", "signed": False, "maintenance": True}, "D"),
    ],
)
def test_trust_is_capped_by_what_is_known_of_the_source(known: dict[str, Any], letter: str):
    assert letters(counts(100, 100), **known) == f"A{letter}A{letter}"


def test_few_readings_give_no_more_than_b_when_the_window_expects_few():
    assert letters(counts(1, 1))[1] == "B"
    assert letters(counts(12, 12))[1] == "B"
    assert letters(counts(12, 12, passed=6))[1] == "C"


def test_lone_reading_is_not_trusted_when_many_are_expected():
    assert letters(counts(1, 144))[:2] == "DD"


def test_grade_is_none_when_nothing_was_ever_expected_or_seen():
    assert grade_series(Counts(expected=0, usable=0, judged=0, passed=0), Context(**BEST), AT) is None


def test_silent_series_is_d_when_readings_were_promised():
    grade = grade_series(Counts(expected=10, usable=0, judged=0, passed=0), Context(**BEST), AT)

    assert grade is not None
    assert (grade.sufficient, grade.trustworthy, grade.timely) == ("D", "D", "D")


def test_naive_time_is_refused():
    with pytest.raises(ValueError, match="no zone"):
        grade_series(counts(1, 1), Context(**BEST), datetime(2026, 1, 1))


def test_deciding_reason_comes_first_and_says_what_would_raise_it():
    grade = grade_series(
        counts(100, 100, passed=40, failures=(("Q8", 50), ("Q3", 10))),
        Context(**BEST, maintenance=True, name="Trạm 12"),
        AT,
    )
    assert grade is not None

    said = [reason.sentence("vi") for reason in grade.why("trustworthy")]

    assert said == [
        "60 trên 100 số đo không qua kiểm tra.",
        "50 số đo lệch hẳn các trạm lân cận.",
        "10 số đo nằm ngoài khoảng có thể có.",
        "Đang bảo trì: tin cậy cao nhất là C.",
    ]
    assert "So với trạm chuẩn, hiệu chuẩn lại." in grade.raised_by("vi")


def test_age_is_told_in_words():
    grade = grade_series(counts(100, 100, age=7_300), Context(**BEST, name="Trạm 12"), AT)
    assert grade is not None

    assert (
        grade.why("timely")[0].sentence("vi")
        == "Cũ: số đo gần nhất cách đây 2 giờ, trong khi chu kỳ là 10 phút."
    )
    assert (
        grade.why("timely")[0].sentence("en")
        == "Late: the newest reading is 2 hours old, while the period is 10 minutes."
    )


def test_grades_never_rise_when_something_gets_worse():
    chance = random.Random(11)
    for _ in range(2_000):
        expected = chance.randint(1, 300)
        usable = chance.randint(1, expected)
        passed, age = chance.randint(1, usable), chance.uniform(0, 4_000)
        known = {
            "signed": chance.random() < 0.5,
            "neighbours": chance.choice([0, 3]),
            "maintenance": chance.random() < 0.3,
        }
        whole = letters(counts(usable, expected, passed, age), **known)

        worse = [
            letters(counts(usable, expected, passed - 1, age), **known),
            letters(counts(usable, expected, passed, age + 600), **known),
            letters(counts(usable, expected + 10, passed, age), **known),
            letters(counts(usable, expected, passed, age), **{**known, "conflict": "X"}),
        ]

        assert all(one[0] >= whole[0] for one in worse)
        assert worse[0][1] >= whole[1]
        assert worse[1][2] >= whole[2]
        assert worse[2][0] >= whole[0]
        assert worse[3][3] == "D"
