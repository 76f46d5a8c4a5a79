# SPDX-License-Identifier: Apache-2.0
"""The chip of a grade: letter, words, three small letters; one click leads to how it was made."""

from __future__ import annotations

from typing import Any

from django import template

from dothi.foundation import messages
from dothi.foundation.grade import DIMENSIONS, Grade
from dothi.quality.door import spoken

register = template.Library()


@register.inclusion_tag("dothi/_grade.html", takes_context=True)
def grade(context: dict[str, Any], of: Grade | None) -> dict[str, Any]:
    """`{% grade figure.grade %}`; None is shown as not evaluated."""
    language = context.get("language", "vi")
    letters = [] if of is None else [of.letter(dimension) for dimension in DIMENSIONS]
    words = "quality.ungraded" if of is None else f"quality.letter.{of.overall}"
    return {
        "overall": of.overall if of else "",
        "letters": letters,
        "words": messages.text(language, words),
        "spoken": spoken(of, language),
    }


@register.inclusion_tag("dothi/_reasons.html", takes_context=True)
def reasons(context: dict[str, Any], of: Grade | None) -> dict[str, Any]:
    """`{% reasons figure.grade %}`: each dimension with its letter and sentences, then what would raise it."""
    language = context.get("language", "vi")
    told = [
        {
            "name": messages.text(language, f"quality.dimension.{dimension}"),
            "letter": of.letter(dimension),
            "sentences": [reason.sentence(language) for reason in of.why(dimension)],
        }
        for dimension in (DIMENSIONS if of else ())
        if of
    ]
    return {"dimensions": told, "raised_by": of.raised_by(language) if of else [], "language": language}
