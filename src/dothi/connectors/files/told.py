# SPDX-License-Identifier: Apache-2.0
"""A preview in sentences that can be said in any language, with what a person may correct."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from dothi.connectors.files.correct import ROLES, STYLES
from dothi.connectors.files.plan import Column, Plan
from dothi.connectors.files.preview import Preview, preview
from dothi.foundation import clock
from dothi.foundation.kinds import BY_KEY, KINDS, QUANTITIES
from dothi.sources.core.sentence import Named, Sentence

WARNINGS_OF_CELLS = 20
OFFERED = tuple(role for role in ROLES if role != "part")
"""Roles that a person may choose; parts of a time are told apart by their names only."""


class ToldColumn(msgspec.Struct, kw_only=True):
    """A column of the file and what it was taken for; `days` is how its instants are written."""

    index: int
    title: str
    meaning: list[Any]
    role: str
    term: str = ""
    unit: str = ""
    decimal: str = ""
    days: str = ""
    example: str = ""
    used: bool = True


class Told(msgspec.Struct, kw_only=True):
    """What `sources` shows before rows are taken.

    `asks`: what a person has to say first ("kind", "start", "decimal", "time", "values"). `roles` and `days`: what
    may be chosen for a column. Sentences are keys with values.
    """

    facts: list[tuple[Any, Any]] = []
    columns: list[ToldColumn] = []
    sample: list[list[str]] = []
    rows: int | None = None
    warnings: list[Any] = []
    plan: dict[str, Any] = {}
    asks: list[str] = []
    ready: bool = True
    sheet: str = ""
    sheets: list[str] = []
    start: str = ""
    roles: list[tuple[str, Any]] = []
    days: list[tuple[str, Any]] = []


def told(content: bytes, name: str, answers: Mapping[str, str]) -> Told:
    """What a file is understood to be, after what a person said of it: `kind`, `sheet`, and the answers of `correct`.

    Answers about columns are those of the sheet named `of_sheet`: of another one they say nothing.
    """
    kind, sheet = answers.get("kind", ""), answers.get("sheet", "")
    same_sheet = sheet == answers.get("of_sheet", sheet)
    found = preview(
        content,
        name,
        kind=kind if kind in BY_KEY else "",
        sheet=sheet or None,
        answers=answers if same_sheet else None,
    )
    plan = found.plan
    asks = _asks(plan)
    return Told(
        facts=_facts(found),
        columns=[_column(column) for column in plan.columns],
        sample=[cells for _, cells in found.first_rows],
        rows=found.counts.rows,
        warnings=[*found.sentences, *_errors(found)],
        plan={**msgspec.to_builtins(plan), "type": _type(plan, kind)},
        asks=asks,
        ready=plan.ready and not asks,
        sheet=plan.sheet,
        sheets=found.sheets,
        start=plan.start,
        roles=[(role, _say(f"role.{role}")) for role in OFFERED],
        days=[(style, _say(f"days.{style}")) for style in STYLES],
    )


def _asks(plan: Plan) -> list[str]:
    values = plan.having("value")
    timed = bool(plan.having("time", "date", "part"))
    asks = {
        "values": not values,
        "kind": plan.layout == "wide" and not all(column.term for column in values),
        "time": not timed and not plan.having("elapsed") and not plan.start,
        "start": bool(plan.having("elapsed")) and not plan.start,
        "decimal": any(column.decimal_asked for column in values),
    }
    return [ask for ask, open_ in asks.items() if open_]


def _type(plan: Plan, kind: str) -> str:
    """The NGSI-LD type whose quantities the values are; empty when no kind knows most of them."""
    if kind in BY_KEY:
        return BY_KEY[kind].type
    terms = {column.term for column in plan.having("value")}
    known = {k.type: len(terms & {q.term for q in k.quantities}) for k in KINDS}
    best = max(known, key=lambda type_: known[type_])
    return best if known[best] else ""


def _say(key: str, **values: Any) -> Sentence:
    return Sentence(f"connectors.files.{key}", values)


def _reasons(counts: dict[str, int]) -> list[Sentence]:
    return [_say("count", why=_say(f"why.{reason}"), count=count) for reason, count in counts.items()]


def _when(at: datetime, plan: Plan) -> str:
    local = at.astimezone(clock.VIETNAM)
    return f"{local:%d/%m/%Y}" if plan.zone == "UTC" else f"{local:%d/%m/%Y %H:%M}"


def _facts(found: Preview) -> list[tuple[Any, Any]]:
    plan, counts = found.plan, found.counts
    facts: list[tuple[str, Any]] = [
        (
            "format",
            f"{plan.format.upper()} {plan.sheet}".strip() if plan.format == "xlsx" else plan.format.upper(),
        ),
        ("encoding", plan.encoding),
        ("delimiter", {"\t": "Tab"}.get(plan.delimiter, plan.delimiter)),
        ("decimal", "" if any(c.decimal_asked for c in plan.having("value")) else plan.decimal),
        ("header_rows", ", ".join(map(str, plan.header_rows))),
        ("stations", str(len(found.stations)) if any(found.stations) else ""),
        ("span", " – ".join(_when(at, plan) for at in (found.first_at, found.last_at) if at is not None)),
        ("refused", _reasons(counts.refused)),
        ("left_out", _reasons(counts.left_out)),
        ("missing", _reasons(counts.missing)),
        ("bad_cells", _reasons(counts.bad_cells)),
    ]
    return [(_say(f"fact.{key}"), value) for key, value in facts if value]


def _column(column: Column) -> ToldColumn:
    meaning: list[Any] = [_say(f"role.{column.role}")]
    if column.role == "value":
        meaning += [Named(column.term)] if column.term in QUANTITIES else [column.term] if column.term else []
        meaning += [column.station] if column.station else []
    elif column.why:
        meaning.append(_say(f"why.{column.why}"))
    return ToldColumn(
        index=column.index,
        title=column.header,
        meaning=meaning,
        role=column.role,
        term=column.term,
        unit=column.unit,
        decimal="" if column.decimal_asked else column.decimal,
        days=column.time_style,
        example=", ".join(column.examples),
        used=column.role != "left_out",
    )


def _errors(found: Preview) -> list[Sentence]:
    return [
        _say(
            "row_error",
            row=error.row,
            column=error.column,
            why=_say(f"why.{error.reason}"),
            text=error.text,
        )
        for error in found.errors[:WARNINGS_OF_CELLS]
    ]
