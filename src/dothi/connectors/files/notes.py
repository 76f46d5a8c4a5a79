# SPDX-License-Identifier: Apache-2.0
"""What a person should look at before a file is imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dothi.connectors.files.columns import Seen
from dothi.connectors.files.plan import Plan, Sentence
from dothi.connectors.files.tables import Table


def _say(key: str, **values: str | int) -> Sentence:
    return Sentence(f"connectors.files.{key}", values)


def notes(plan: Plan, table: Table, seen: Sequence[Seen]) -> list[Sentence]:
    """Sentences about a plan, most important first."""
    return [*_of_shape(plan), *_of_text(table), *_of_columns(plan, seen), *_of_sheets(table)]


def _of_shape(plan: Plan) -> Iterator[Sentence]:
    values = plan.having("value")
    if plan.layout == "unclear":
        yield _say("no_values")
    if plan.having("elapsed") and not plan.start:
        yield _say("needs_start", column=plan.having("elapsed")[0].header)
    elif not plan.having("time", "date", "part") and not plan.start:
        yield _say("no_time")
    if plan.layout == "wide":
        yield _say("wide" if all(column.term for column in values) else "wide_unknown", count=len(values))
    if plan.carried:
        yield _say("carried", columns=", ".join(plan.header[index] for index in plan.carried))


def _of_text(table: Table) -> Iterator[Sentence]:
    if table.encoding is not None and table.encoding.damaged:
        yield _say("damaged_letters")
    if table.encoding is not None and table.encoding.decomposed:
        yield _say("composed")


def _of_columns(plan: Plan, seen: Sequence[Seen]) -> Iterator[Sentence]:
    asked = [column.header for column in plan.having("value") if column.decimal_asked]
    if asked:
        yield _say("asked_decimal", columns=", ".join(asked[:10]))
    for column in plan.having("value"):
        if not column.decimal_proven and not column.decimal_asked:
            yield _say("unsure_decimal", column=column.header, mark=column.decimal)
    assumed = dict.fromkeys(c.term if c.station else c.header for c in plan.columns if c.unit_assumed)
    if assumed:
        yield _say("units_assumed", columns=", ".join(assumed))
    for column in plan.having("time", "date"):
        if column.time_style == "dmy" and seen[column.index].days_unsure:
            yield _say("unsure_days", column=column.header)
        if column.time_style == "mdy":
            yield _say("month_first", column=column.header)


def _of_sheets(table: Table) -> Iterator[Sentence]:
    others = [name for name in table.sheets if name != table.sheet]
    if others and table.format in {"xlsx", "xml"}:
        yield _say("other_sheets", sheet=table.sheet, others=", ".join(others[:10]))
