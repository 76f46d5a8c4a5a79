# SPDX-License-Identifier: Apache-2.0
"""What a file would come to, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from dothi.connectors.files.correct import corrected
from dothi.connectors.files.plan import Plan, Sentence
from dothi.connectors.files.readings import RowError, read
from dothi.connectors.files.tables import Row, open_table
from dothi.connectors.files.understand import understand
from dothi.connectors.files.unpack import unpack
from dothi.foundation import clock
from dothi.foundation.errors import BadInput
from dothi.foundation.kinds import BY_KEY
from dothi.foundation.text import fold
from dothi.sources.core.sentence import say

FIRST_ROWS = 20
MAX_ERRORS = 500
MAX_STATIONS = 1_000


class Counts(msgspec.Struct, kw_only=True):
    """rows = good + refused + left out; a reading missing or refused beside good ones is counted on its own."""

    rows: int = 0
    good: int = 0
    readings: int = 0
    refused: dict[str, int] = {}
    left_out: dict[str, int] = {}
    missing: dict[str, int] = {}
    bad_cells: dict[str, int] = {}


class Preview(msgspec.Struct, kw_only=True):
    """The plan, what it makes of the file, the first rows as they stand, and each row that is wrong."""

    filename: str
    plan: Plan
    sheets: list[str]
    counts: Counts
    first_rows: list[tuple[int, list[str]]]
    stations: list[str]
    first_at: datetime | None
    last_at: datetime | None
    errors: list[RowError]
    errors_in_all: int
    sentences: list[Sentence]

    def told(self, language: str) -> list[str]:
        """The sentences in `vi` or `en`."""
        return [say(language, sentence) for sentence in self.sentences]


def preview(
    data: bytes,
    filename: str,
    *,
    kind: str = "",
    sheet: str | None = None,
    plan: Plan | None = None,
    answers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Preview:
    """Read the whole file and write nothing. `kind`: key of foundation.kinds; `plan`: a corrected plan.

    `answers`: what a person says of columns, as in `correct`.

    Takes about a minute for a million rows: call it off the event loop.
    """
    table = open_table(unpack(data, filename), plan.sheet if plan is not None else sheet)
    if kind and kind not in BY_KEY:
        raise BadInput("connectors.files.bad_plan")
    if plan is None:
        plan = understand(table, kind=BY_KEY.get(kind), filename=filename)
    if answers:
        plan = corrected(plan, table, answers)
    good = readings = rows = wrong = 0
    refused: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    absent: Counter[str] = Counter()
    bad_cells: Counter[str] = Counter()
    errors: list[RowError] = []
    first_rows: list[tuple[int, list[str]]] = []
    stations: dict[str, None] = {}
    first_at: datetime | None = None
    last_at: datetime | None = None
    for row in read(_remembered(table.rows(), first_rows), plan, now=now or clock.now()):
        rows += 1
        absent.update(row.missing)
        wrong += len(row.errors)
        errors.extend(row.errors[: MAX_ERRORS - len(errors)])
        if row.outcome == "refused":
            refused[row.why] += 1
        elif row.outcome == "left_out":
            left_out[row.why] += 1
        else:
            good += 1
            readings += len(row.readings)
            bad_cells.update(error.reason for error in row.errors)
            at = row.readings[0].at
            first_at = at if first_at is None or at < first_at else first_at
            last_at = at if last_at is None or at > last_at else last_at
            if len(stations) < MAX_STATIONS:
                stations.update(dict.fromkeys(r.station for r in row.readings))
    counts = Counts(
        rows=rows,
        good=good,
        readings=readings,
        refused=dict(refused),
        left_out=dict(left_out),
        missing=dict(absent),
        bad_cells=dict(bad_cells),
    )
    return Preview(
        filename=filename,
        plan=plan,
        sheets=list(table.sheets),
        counts=counts,
        first_rows=first_rows,
        stations=list(stations),
        first_at=first_at,
        last_at=last_at,
        errors=errors,
        errors_in_all=wrong,
        sentences=[_summary(plan, counts), *plan.notes, *_similar(stations)],
    )


def _remembered(rows: Iterable[Row], kept: list[tuple[int, list[str]]]) -> Iterator[Row]:
    """The rows as they are, with the first ones kept as text on their way through."""
    for number, cells in rows:
        if len(kept) < FIRST_ROWS:
            kept.append((number, ["" if cell is None else str(cell)[:200] for cell in cells]))
        yield number, cells


def _summary(plan: Plan, counts: Counts) -> Sentence:
    if not plan.ready:
        return Sentence("connectors.files.not_ready", {"rows": counts.rows})
    values: dict[str, str | int] = {
        "rows": counts.rows,
        "good": counts.good,
        "readings": counts.readings,
        "refused": sum(counts.refused.values()),
        "left_out": sum(counts.left_out.values()),
    }
    return Sentence("connectors.files.summary", values)


def _similar(stations: Iterable[str]) -> list[Sentence]:
    """Names that differ in marks only: two stations, or one that somebody wrote in two ways."""
    alike: dict[str, set[str]] = {}
    for station in stations:
        alike.setdefault(fold(station), set()).add(" ".join(station.casefold().split()))
    return [
        Sentence("connectors.files.similar_stations", {"names": ", ".join(sorted(names))})
        for names in alike.values()
        if len(names) > 1
    ]
