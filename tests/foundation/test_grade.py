# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime

import pytest

from dothi.foundation.figure import Figure
from dothi.foundation.grade import Grade, Reason, worst

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_overall_is_worst_letter_when_three_differ():
    grade = Grade("A", "C", "B", AT, "1")

    assert grade.overall == "C"
    assert [grade.letter(d) for d in ("sufficient", "trustworthy", "timely")] == ["A", "C", "B"]


def test_worst_is_refused_when_there_are_no_letters():
    with pytest.raises(ValueError):
        worst([])


def test_reasons_are_told_by_dimension_in_their_order():
    late = Reason("timely", "D", "foundation.busy", {"seconds": 3})
    few = Reason("sufficient", "B", "foundation.busy", {"seconds": 1})
    grade = Grade("B", "A", "D", AT, "1", (few, late))

    assert grade.why("timely") == (late,)
    assert grade.why("trustworthy") == ()
    assert late.remedy("vi") is None
    assert grade.raised_by("vi") == []


def test_figure_is_no_bare_number():
    figure = Figure(value=3.0, unit="CEL", observed_at=AT, source="a", grade=None)

    with pytest.raises(TypeError, match="bare number"):
        float(figure)
