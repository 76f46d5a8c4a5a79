# SPDX-License-Identifier: Apache-2.0
import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from dothi.foundation.figure import Figure
from dothi.foundation.grade import Grade, Reason
from dothi.quality.export import assessment, dqv, sub_attribute
from dothi.quality.words import spoken

AT = datetime(2026, 11, 25, tzinfo=UTC)
SAMPLE = {
    "usable": 130, "expected": 144, "share": 0.9, "passed": 120, "judged": 130, "wrong": 10, "count": 7, "day": "01/10/2026",
    "name": "Trạm Gò Mơ", "other": "Sở Xây dựng", "age": 7200.0, "period": 600.0, "days": 3, "all": 12, "names": "Gò Mơ, Chợ Cũ", "value": 80.5, "median": 21.0,
}  # fmt: skip
REASONS = json.loads(files("dothi.quality").joinpath("messages/reason.json").read_text("utf-8"))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("key", [key for key in REASONS if not key.endswith(".raise")])
def test_reason_reads_as_a_sentence_when_its_values_are_known(key: str, language: str):
    reason = Reason("trustworthy", "C", key, SAMPLE)

    for sentence in filter(None, (reason.sentence(language), reason.remedy(language))):
        assert "{" not in sentence
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence[-1] in ".?"


def figure(grade: Grade | None) -> Figure:
    return Figure(
        value=21.5,
        unit="GQ",
        observed_at=AT - timedelta(minutes=5),
        source="tram-khi",
        grade=grade,
        entity="urn:air:1",
        attribute="pm25",
    )


GRADE = Grade(
    "A", "C", "B", AT, "dothi-1", (Reason("trustworthy", "C", "quality.reason.maintenance", {"name": "x"}),)
)


def test_grade_is_spoken_in_full_for_those_who_hear_it():
    assert spoken(GRADE, "vi") == "Điểm C: dùng có điều kiện, phải nêu lý do. Đủ A, tin cậy C, kịp thời B."
    assert spoken(None, "en") == "Not evaluated"


def test_grade_is_a_property_of_a_property_in_ngsi_ld():
    assert sub_attribute(GRADE) == {
        "type": "Property",
        "value": {"overall": "C", "sufficient": "A", "trustworthy": "C", "timely": "B", "method": "dothi-1"},
        "observedAt": "2026-11-25T00:00:00.000000Z",
    }


def test_grade_is_three_measurements_in_dqv():
    measured = dqv(figure(GRADE))["dqv:hasQualityMeasurement"]

    assert [(one["dqv:value"], one["dqv:isMeasurementOf"]["dqv:inDimension"]["@id"]) for one in measured] == [
        ("A", "ldqd:completeness"),
        ("C", "ldqd:trustworthiness"),
        ("B", "ldqd:timeliness"),
    ]
    assert measured[1]["rdfs:comment"] == ["Đang bảo trì: tin cậy cao nhất là C."]
    assert dqv(figure(None))["dqv:hasQualityMeasurement"] == []


def test_grade_is_an_assessment_of_smart_data_models():
    made = assessment(figure(GRADE))

    assert made["type"] == "DataQualityAssessment"
    assert made["completeness"] == {"type": "Property", "value": 0.9}
    assert made["timeliness"] == {"type": "Property", "value": 5.0, "unitCode": "MIN"}
    assert set(assessment(figure(None))) == {"id", "type", "source"}
