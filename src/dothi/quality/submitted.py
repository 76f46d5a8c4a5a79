# SPDX-License-Identifier: Apache-2.0
"""Grades of submitted figures: one value a period is never judged by counting readings (domain.md 6.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dothi.foundation.grade import Grade, Letter, Reason
from dothi.quality.grading import composed

Audit = Literal["passed", "failed", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is known of one submitted figure.

    `audit`: whether arithmetic and reconciliation hold; "none": nothing in it could be checked. `findings`: reasons of the audit
    that name the figure. `recomputed`: made again from the records. `agrees`: an independent second source says the same.
    `contradicted`: the source that says otherwise. `late`: working days after the deadline, 0 in time; None: nothing came.
    `parts`, `parts_given`: figures that the obligation asks for, and those that came.
    """

    audit: Audit
    signed: bool = False
    traceable: bool = False
    recomputed: bool = False
    agrees: bool = False
    contradicted: str = ""
    findings: Sequence[Reason] = ()
    late: int | None = 0
    parts: int = 1
    parts_given: int = 1


def grade_submitted(given: Submission, at: datetime) -> Grade:
    """A: recomputed from records, or two independent sources agree. B: signed, audit passed, traceable. C: audit passed.

    D: failed audit, or contradicted. Late by up to 2 working days B, up to 10 C, else D.
    """
    return composed([_sufficient(given), *_trustworthy(given), _timely(given)], at)


def _sufficient(given: Submission) -> Reason:
    share = given.parts_given / given.parts if given.parts else 0.0
    values = {"usable": given.parts_given, "expected": given.parts, "share": share}
    letter: Letter = "A" if share >= 0.9 else "B" if share >= 0.75 else "C" if share >= 0.5 else "D"
    return Reason("sufficient", letter, f"quality.reason.{'given' if letter == 'A' else 'not_given'}", values)


def _trustworthy(given: Submission) -> list[Reason]:
    if given.contradicted:
        return [
            Reason("trustworthy", "D", "quality.reason.conflict", {"other": given.contradicted, "name": ""})
        ]
    if given.audit == "failed":
        return [*given.findings] or [Reason("trustworthy", "D", "quality.reason.audit_failed")]
    if given.recomputed or given.agrees:
        word = "recomputed" if given.recomputed else "agrees"
        return [Reason("trustworthy", "A", f"quality.reason.{word}"), *given.findings]
    if given.audit == "passed" and given.signed and given.traceable:
        return [Reason("trustworthy", "B", "quality.reason.audited"), *given.findings]
    if given.audit == "passed":
        return [Reason("trustworthy", "C", "quality.reason.untraceable"), *given.findings]
    return [Reason("trustworthy", "C", "quality.reason.unaudited"), *given.findings]


def _timely(given: Submission) -> Reason:
    if given.late is None:
        return Reason("timely", "D", "quality.reason.owed")
    letter: Letter = "A" if given.late <= 0 else "B" if given.late <= 2 else "C" if given.late <= 10 else "D"
    word = "in_time" if letter == "A" else "overdue"
    return Reason("timely", letter, f"quality.reason.{word}", {"days": given.late})
