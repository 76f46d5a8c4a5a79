# SPDX-License-Identifier: Apache-2.0
"""Gates: what may be done with a figure of a grade (domain.md 6.6), and decision 19: nothing silences a life-safety alert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dothi.foundation.figure import Figure
from dothi.foundation.grade import Grade, Reason

Use = Literal["automatic", "decision", "public", "upward", "alert"]
Mark = Literal["", "unproven", "insufficient", "with_gaps", "last_good"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a figure may serve a use.

    `needs`: what is missing, of "grade", "source", "reason", "approver", "other_approver". `mark`: how it must be shown: "unproven" (chưa
    đủ tin cậy), "insufficient" (quyết định khi chưa đủ căn cứ), "with_gaps", "last_good". `instead`: what happens when not.
    `key`: message of the answer. `review`: to be looked at again within 24 hours.
    """

    allowed: bool
    key: str
    needs: tuple[str, ...] = ()
    mark: Mark = ""
    instead: Literal["", "human", "last_good"] = ""
    review: bool = False
    reasons: tuple[Reason, ...] = ()


def may_act(
    figure: Figure | Grade | None,
    use: Use,
    *,
    statutory: bool = False,
    independent_sources: int = 1,
    reason: str = "",
    decider: str = "",
    approver: str = "",
) -> Answer:
    """Whether a figure of this grade may serve `use`; not evaluated counts as D.

    automatic: B and a statutory source or two independent ones, else a person confirms. decision: C needs a typed
    reason, D a second approver who is not the decider. public: C is shown marked, D not, the last good value instead.
    upward: below B with grade and gap list. alert: to a person, always; what is low is said with it (decision 19).
    """
    grade = figure.grade if isinstance(figure, Figure) else figure
    letter = grade.overall if grade is not None else "D"
    reasons = tuple(r for r in grade.reasons if r.letter == letter) if grade is not None else ()
    if use == "alert":
        low = letter > "B"
        return Answer(
            allowed=True, key=f"quality.gate.alert{'_low' if low else ''}", review=low, reasons=reasons
        )
    if use == "automatic":
        return _automatic(letter, reasons, sourced=statutory or independent_sources >= 2)
    if use == "decision":
        return _decision(letter, reason.strip(), decider, approver, reasons)
    if use == "public":
        return _public(letter, reasons)
    if letter <= "B":
        return Answer(allowed=True, key="quality.gate.upward", reasons=reasons)
    return Answer(allowed=True, key="quality.gate.upward_gaps", mark="with_gaps", reasons=reasons)


def _automatic(letter: str, reasons: tuple[Reason, ...], *, sourced: bool) -> Answer:
    needs = (*(("grade",) if letter > "B" else ()), *(() if sourced else ("source",)))
    if needs:
        return Answer(allowed=False, key="quality.gate.human", needs=needs, instead="human", reasons=reasons)
    return Answer(allowed=True, key="quality.gate.automatic", reasons=reasons)


def _decision(letter: str, reason: str, decider: str, approver: str, reasons: tuple[Reason, ...]) -> Answer:
    if letter <= "B":
        return Answer(allowed=True, key="quality.gate.decision", reasons=reasons)
    needs: list[str] = [] if reason else ["reason"]
    if letter == "D":
        if not approver:
            needs.append("approver")
        elif approver == decider:
            needs.append("other_approver")
    mark: Mark = "insufficient" if letter == "D" else ""
    key = "quality.gate.decision_blocked" if needs else "quality.gate.decision_reasoned"
    return Answer(allowed=not needs, key=key, needs=tuple(needs), mark=mark, reasons=reasons)


def _public(letter: str, reasons: tuple[Reason, ...]) -> Answer:
    if letter <= "B":
        return Answer(allowed=True, key="quality.gate.public", reasons=reasons)
    if letter == "C":
        return Answer(allowed=True, key="quality.gate.public_unproven", mark="unproven", reasons=reasons)
    return Answer(
        allowed=False,
        key="quality.gate.public_withheld",
        mark="last_good",
        instead="last_good",
        needs=("grade",),
        reasons=reasons,
    )
