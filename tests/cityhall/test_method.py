# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime, timedelta

import pytest
from django.template import engines
from django.test import Client

from dothi.foundation import messages
from dothi.foundation.grade import Grade, Reason
from dothi.quality.door import Context, Counts, grade_series

AT = datetime(2026, 11, 25, tzinfo=UTC)
KNOWN = Context(period=600, source_class="managed", signed=True, neighbours=3)


def rendered(template: str, grade: Grade | None, language: str = "vi") -> str:
    return engines["django"].from_string(template).render({"of": grade, "language": language})


@pytest.mark.parametrize("letter", ["A", "B", "C", "D"])
def test_chip_says_letter_and_words_when_graded(letter: str):
    grade = Grade(letter, "A", "A", AT, "dothi-1")  # type: ignore[arg-type] - the parameter is one of the four

    chip = rendered("{% grade of %}", grade)

    assert f'<b aria-hidden="true">{letter}</b>' in chip
    assert f"Đủ {letter}, tin cậy A, kịp thời A." in chip
    assert messages.text("vi", f"quality.letter.{letter}") in chip
    assert 'href="/method/"' in chip


def test_chip_says_so_when_nothing_was_evaluated():
    chip = rendered("{% grade of %}", None, "en")

    assert chip.count("Not evaluated") == 3
    assert "<b" not in chip
    assert "trio" not in chip


def test_reasons_escape_names_when_they_hold_markup():
    grade = Grade(
        "A", "C", "A", AT, "dothi-1",
        (Reason("trustworthy", "C", "quality.reason.uncalibrated", {"name": "<b>x</b>", "day": "01/10/2026"}),),
    )  # fmt: skip

    told = rendered("{% reasons of %}", grade)

    assert "Hiệu chuẩn &lt;b&gt;x&lt;/b&gt;." in told
    assert "<b>x" not in told


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_method_page_is_public_small_and_without_script_when_read(language: str):
    answer = Client(headers={"accept-language": language}).get("/method/")
    page = answer.content.decode()

    assert (answer.status_code, answer["Content-Language"]) == (200, language)
    assert len(answer.content) < 100_000
    assert "<script" not in page
    assert messages.text(language, "cityhall.method.emergency").replace("'", "&#x27;") in page
    assert "130" in page


@pytest.mark.django_db
def test_method_page_is_linked_on_public_pages_when_read():
    assert 'href="/method/"' in Client().get("/").content.decode()


@pytest.mark.parametrize(
    ("usable", "letter"), [(144, "A"), (130, "A"), (129, "B"), (108, "B"), (107, "C"), (72, "C"), (71, "D")]
)
def test_method_page_tells_the_bounds_of_sufficiency_that_the_code_has(usable: int, letter: str):
    counts = Counts(expected=144, usable=usable, judged=usable, passed=usable, newest=AT)
    grade = grade_series(counts, KNOWN, AT)

    assert grade is not None
    assert grade.sufficient == letter


@pytest.mark.parametrize(
    ("passed", "judged", "letter"),
    [
        (16, 16, "A"),
        (15, 15, "B"),
        (7, 7, "B"),
        (6, 6, "C"),
        (3, 3, "C"),
        (2, 2, "D"),
        (120, 130, "A"),
        (110, 130, "B"),
    ],
)
def test_method_page_tells_the_bounds_of_trust_that_the_code_has(passed: int, judged: int, letter: str):
    grade = grade_series(
        Counts(expected=144, usable=judged, judged=judged, passed=passed, newest=AT), KNOWN, AT
    )

    assert grade is not None
    assert grade.trustworthy == letter


@pytest.mark.parametrize(
    ("minutes", "letter"), [(15, "A"), (16, "B"), (25, "B"), (26, "C"), (40, "C"), (41, "D")]
)
def test_method_page_tells_the_ages_that_the_code_has(minutes: int, letter: str):
    counts = Counts(expected=144, usable=144, judged=144, passed=144, newest=AT - timedelta(minutes=minutes))
    grade = grade_series(counts, KNOWN, AT)

    assert grade is not None
    assert grade.timely == letter
