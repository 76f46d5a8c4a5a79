# SPDX-License-Identifier: Apache-2.0
"""What became of the rows of one request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from dothi.broker.model import Result, Write
from dothi.connectors.intake import sentence
from dothi.sources.core.mapping_model import Outcome, Refusal

LISTED = 1_000
STANDING = frozenset({"waiting", "retired", "outside"})
"""Reasons that lie with the standing of the device or of the key, not with what was sent."""


class RowRefusal(msgspec.Struct, kw_only=True):
    """A row, or a value of it, that was not kept. `row` counts from 0; `kept`: told, and kept all the same."""

    row: int
    reason: str
    detail: str
    kept: bool = False


class Report(msgspec.Struct, kw_only=True):
    """rows = accepted + repeated + refused. `refusals` may name single values of accepted rows too."""

    rows: int
    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    reasons: dict[str, int] = {}
    """Refused rows by their first reason; adds up to `refused`."""
    values: dict[str, int] = {}
    """Single values of kept rows that were not kept, by reason."""
    refusals: list[RowRefusal] = []

    @property
    def status(self) -> int:
        """200 when all is kept, 207 when a part is, 403 or 400 when nothing is."""
        if not self.refused:
            return 200
        if self.accepted or self.repeated:
            return 207
        return 403 if all(one.reason in STANDING for one in self.refusals) else 400


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Several payloads of one request as one, rows numbered through."""
    whole = Outcome()
    for outcome in outcomes:
        whole.writes += outcome.writes
        whole.row_of += [number + whole.rows for number in outcome.row_of]
        whole.refusals += [msgspec.structs.replace(r, row=r.row + whole.rows) for r in outcome.refusals]
        whole.rows += outcome.rows
    return whole


def report(outcome: Outcome, writes: Sequence[Write], results: Sequence[Result], language: str) -> Report:
    """The account of a request after its commit; each row is counted once."""
    accepted: set[int] = set()
    repeated: set[int] = set()
    refusals = list(outcome.refusals)
    for row, _, result in zip(outcome.row_of, writes, results, strict=True):
        if result.status == "refused":
            refusals.append(Refusal(reason="store", detail=result.detail or "", row=row))
        elif result.status == "outside":
            refusals.append(Refusal(reason="outside", row=row))
        elif result.status == "unchanged" or (
            result.repeats >= max(result.late, 1) and not (result.updated or result.conflicts)
        ):
            repeated.add(row)
        else:
            accepted.add(row)
    listed: list[dict[str, Any]] = [
        {"row": r.row, "reason": r.reason, "detail": sentence(language, r.reason, r.detail), "kept": r.kept}
        for r in sorted(refusals, key=lambda r: r.row)[:LISTED]
    ]
    repeated -= accepted
    kept = accepted | repeated
    first: dict[int, str] = {}
    values: Counter[str] = Counter()
    for refusal in refusals:
        if refusal.kept:
            continue
        if refusal.row in kept:
            values[refusal.reason] += 1
        else:
            first.setdefault(refusal.row, refusal.reason)
    reasons: Counter[str] = Counter(first.values())
    return Report(
        rows=outcome.rows,
        accepted=len(accepted),
        repeated=len(repeated),
        refused=outcome.rows - len(accepted) - len(repeated),
        reasons=dict(reasons),
        values=dict(values),
        refusals=[RowRefusal(**one) for one in listed],
    )
