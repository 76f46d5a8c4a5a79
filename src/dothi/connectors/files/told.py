# SPDX-License-Identifier: Apache-2.0
"""A preview in the words of the page on which it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from dothi.connectors.files.plan import Column, Plan
from dothi.connectors.files.preview import Preview, preview
from dothi.foundation import clock, messages
from dothi.foundation.kinds import BY_KEY, KINDS, QUANTITIES

WARNINGS_OF_CELLS = 20


class ToldColumn(msgspec.Struct, kw_only=True):
    """A column of the file and what it was taken for."""

    title: str
    meaning: str
    unit: str = ""
    example: str = ""
    used: bool = True


class Told(msgspec.Struct, kw_only=True):
    """What `sources` shows before rows are taken. `asks`: what a person has to say first ("kind", "start")."""

    facts: list[tuple[str, str]] = []
    columns: list[ToldColumn] = []
    sample: list[list[str]] = []
    rows: int | None = None
    warnings: list[str] = []
    plan: dict[str, Any] = {}
    asks: list[str] = []
    ready: bool = True


def told(content: bytes, name: str, language: str, *, kind: str = "", start: str = "") -> Told:
    """What a file is understood to be, in `language`; `kind` and `start` answer what an earlier look asked."""
    found = preview(content, name, kind=kind if kind in BY_KEY else "")
    if start and found.plan.having("elapsed"):
        found.plan.start = start
        found = preview(content, name, plan=found.plan)
    plan = found.plan
    asks = []
    if plan.layout == "wide" and not all(column.term for column in plan.having("value")):
        asks.append("kind")
    if plan.having("elapsed") and not plan.start:
        asks.append("start")
    return Told(
        facts=_facts(found, language),
        columns=[_column(column, language) for column in plan.columns],
        sample=[cells for _, cells in found.first_rows],
        rows=found.counts.rows,
        warnings=[*found.told(language), *_errors(found, language)],
        plan={**msgspec.to_builtins(plan), "type": _type(plan, kind)},
        asks=asks,
        ready=plan.ready,
    )


def _type(plan: Plan, kind: str) -> str:
    """The NGSI-LD type whose quantities the values are; empty when no kind knows most of them."""
    if kind in BY_KEY:
        return BY_KEY[kind].type
    terms = {column.term for column in plan.having("value")}
    known = {k.type: len(terms & {q.term for q in k.quantities}) for k in KINDS}
    best = max(known, key=lambda type_: known[type_])
    return best if known[best] else ""


def _say(language: str, key: str, **values: str | int) -> str:
    return messages.text(language, f"connectors.files.{key}", **values)


def _reasons(language: str, counts: dict[str, int]) -> str:
    return "; ".join(f"{_say(language, f'why.{reason}')}: {count}" for reason, count in counts.items())


def _when(at: datetime, plan: Plan) -> str:
    local = at.astimezone(clock.VIETNAM)
    return f"{local:%d/%m/%Y}" if plan.zone == "UTC" else f"{local:%d/%m/%Y %H:%M}"


def _facts(found: Preview, language: str) -> list[tuple[str, str]]:
    plan, counts = found.plan, found.counts
    facts = [
        (
            "format",
            f"{plan.format.upper()} {plan.sheet}".strip() if plan.format == "xlsx" else plan.format.upper(),
        ),
        ("encoding", plan.encoding),
        ("delimiter", {"\t": "Tab"}.get(plan.delimiter, plan.delimiter)),
        ("decimal", plan.decimal),
        ("header_rows", ", ".join(map(str, plan.header_rows))),
        ("stations", str(len(found.stations)) if any(found.stations) else ""),
        ("span", " – ".join(_when(at, plan) for at in (found.first_at, found.last_at) if at is not None)),
        ("refused", _reasons(language, counts.refused)),
        ("left_out", _reasons(language, counts.left_out)),
        ("missing", _reasons(language, counts.missing)),
        ("bad_cells", _reasons(language, counts.bad_cells)),
    ]
    return [(_say(language, f"fact.{key}"), value) for key, value in facts if value]


def _column(column: Column, language: str) -> ToldColumn:
    role = _say(language, f"role.{column.role}")
    quantity = QUANTITIES.get(column.term)
    if column.role == "value":
        named = (quantity.vi if language == "vi" else quantity.en) if quantity else column.term
        role = f"{role}: {named}" if named else role
        role = f"{role} ({column.station})" if column.station else role
    elif column.why:
        role = f"{role}: {_say(language, f'why.{column.why}')}"
    return ToldColumn(
        title=column.header,
        meaning=role,
        unit=column.unit,
        example=", ".join(column.examples),
        used=column.role != "left_out",
    )


def _errors(found: Preview, language: str) -> list[str]:
    return [
        _say(
            language,
            "row_error",
            row=error.row,
            column=error.column,
            why=_say(language, f"why.{error.reason}"),
            text=error.text,
        )
        for error in found.errors[:WARNINGS_OF_CELLS]
    ]
