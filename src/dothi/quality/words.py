# SPDX-License-Identifier: Apache-2.0
"""Grades in words: for chips, for screen readers, for reports."""

from __future__ import annotations

from dothi.foundation import messages
from dothi.foundation.grade import Grade


def spoken(grade: Grade | None, language: str) -> str:
    """One sentence that says all four letters and what the overall one means."""
    if grade is None:
        return messages.text(language, "quality.ungraded")
    return messages.text(
        language,
        "quality.chip",
        overall=grade.overall,
        words=messages.text(language, f"quality.letter.{grade.overall}"),
        sufficient=grade.sufficient,
        trustworthy=grade.trustworthy,
        timely=grade.timely,
    )
