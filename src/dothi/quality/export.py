# SPDX-License-Identifier: Apache-2.0
"""Grades as others read them: the NGSI-LD sub-attribute `quality`, W3C DQV, Smart Data Models' DataQualityAssessment."""

from __future__ import annotations

from typing import Any

from dothi.foundation import clock
from dothi.foundation.figure import Figure
from dothi.foundation.grade import DIMENSIONS, Dimension, Grade, Letter

_LDQD: dict[Dimension, str] = {
    "sufficient": "ldqd:completeness",
    "trustworthy": "ldqd:trustworthiness",
    "timely": "ldqd:timeliness",
}
_SHARE: dict[Letter, float] = {"A": 0.9, "B": 0.75, "C": 0.5, "D": 0.0}
"""The least share of usable readings that a letter of sufficiency stands for."""
CONTEXT = {
    "dqv": "http://www.w3.org/ns/dqv#",
    "ldqd": "http://www.w3.org/2016/05/ldqd#",
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def sub_attribute(grade: Grade) -> dict[str, Any]:
    """A property of a property (CIM 009 4.5.2): letters, when and by which method."""
    letters: dict[str, str] = {dimension: grade.letter(dimension) for dimension in DIMENSIONS}
    value = {"overall": grade.overall, **letters, "method": grade.method}
    return {"type": "Property", "value": value, "observedAt": clock.iso(grade.at)}


def dqv(figure: Figure, language: str = "vi") -> dict[str, Any]:
    """A JSON-LD document of one dqv:QualityMeasurement a dimension (W3C Data Quality Vocabulary, 2016)."""
    grade = figure.grade
    of = f"{figure.entity}#{figure.attribute}"
    measured = [
        {
            "@type": "dqv:QualityMeasurement",
            "dqv:computedOn": {"@id": of},
            "dqv:isMeasurementOf": {
                "@id": f"urn:dothi:metric:{dimension}",
                "dqv:inDimension": {"@id": _LDQD[dimension]},
            },
            "dqv:value": grade.letter(dimension),
            "prov:generatedAtTime": {"@value": clock.iso(grade.at), "@type": "xsd:dateTime"},
            "rdfs:comment": [reason.sentence(language) for reason in grade.why(dimension)],
        }
        for dimension in (DIMENSIONS if grade is not None else ())
        if grade is not None
    ]
    context = {**CONTEXT, "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
    return {"@context": context, "@id": of, "dqv:hasQualityMeasurement": measured}


def assessment(figure: Figure) -> dict[str, Any]:
    """A DataQualityAssessment (Smart Data Models 0.0.5) in normalized form; `completeness` is the least that the letter stands for."""
    grade = figure.grade
    entity: dict[str, Any] = {
        "id": f"urn:ngsi-ld:DataQualityAssessment:{figure.entity}:{figure.attribute}",
        "type": "DataQualityAssessment",
        "source": {"type": "Property", "value": figure.source},
    }
    if grade is None:
        return entity
    entity["dateCalculated"] = {"type": "Property", "value": clock.iso(grade.at)}
    entity["completeness"] = {"type": "Property", "value": _SHARE[grade.sufficient]}
    if figure.observed_at is not None:
        minutes = (grade.at - figure.observed_at).total_seconds() / 60
        entity["timeliness"] = {"type": "Property", "value": round(minutes, 2), "unitCode": "MIN"}
    entity["quality"] = sub_attribute(grade)
    return entity
