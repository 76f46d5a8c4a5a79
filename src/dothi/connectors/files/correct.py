# SPDX-License-Identifier: Apache-2.0
"""A plan as a person corrects it on the page: roles, quantities, units, marks and orders of columns.

Answers are named by the column's number: `role-3`, `term-3`, `unit-3`, `decimal-3`, `days-3`; `decimal` alone answers
for every column that nothing proves, `start` gives the instant where the file has no times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import get_args

from dothi.connectors.files.columns import Seen, time_style
from dothi.connectors.files.detect import Mark
from dothi.connectors.files.headers import Name
from dothi.connectors.files.notes import notes
from dothi.connectors.files.plan import Column, Plan, Role
from dothi.connectors.files.tables import Row, Table
from dothi.connectors.files.understand import SAMPLE, carried
from dothi.connectors.files.units import term, unit_code
from dothi.connectors.files.values import TimeStyle
from dothi.foundation.kinds import QUANTITIES

ROLES: tuple[Role, ...] = get_args(Role)
STYLES: tuple[TimeStyle, ...] = get_args(TimeStyle)
MARKS: tuple[Mark, ...] = get_args(Mark)
_ALONE: tuple[tuple[Role, ...], ...] = (
    ("time", "date", "elapsed"),
    ("clock",),
    ("station",),
    ("label",),
    ("parameter",),
    ("unit",),
    ("quality",),
)
"""Roles of which only one column is read."""


def corrected(plan: Plan, table: Table, answers: Mapping[str, str]) -> Plan:
    """The plan after the answers; those that name no column, role or mark change nothing."""
    data = [row for row in islice(table.rows(), SAMPLE) if row[0] >= plan.first_data_row]
    seen = [Seen.of(Name(c.header, (c.header,), c.name, c.unit), c.index, data) for c in plan.columns]
    before = [column.role for column in plan.columns]
    for column in plan.columns:
        _role(column, seen[column.index], answers)
        _writing(column, answers)
    _alone(plan.columns, before)
    _lay_out(plan, before)
    for column in plan.having("value"):
        _measured(column, answers)
    if answers.get("start") and not plan.having("time", "date", "part"):
        plan.start = answers["start"]
    return _finished(plan, table, seen, data)


def _finished(plan: Plan, table: Table, seen: Sequence[Seen], data: Sequence[Row]) -> Plan:
    marks = {column.decimal for column in plan.having("value")}
    plan.decimal = marks.pop() if len(marks) == 1 else plan.decimal
    plan.carried = carried(plan.columns, data)
    plan.notes = notes(plan, table, seen)
    return plan


def _of(answers: Mapping[str, str], name: str, column: Column) -> str:
    return answers.get(f"{name}-{column.index}", "")


def _role(column: Column, seen: Seen, answers: Mapping[str, str]) -> None:
    wanted = next((role for role in ROLES if role == _of(answers, "role", column)), column.role)
    if wanted != column.role:
        column.role = wanted
        column.why = "chosen" if wanted == "left_out" else ""
        if wanted in {"time", "date"}:
            column.time_style = time_style(seen, named=True) or "dmy"
    style = next((style for style in STYLES if style == _of(answers, "days", column)), None)
    if style is not None and column.role in {"time", "date"}:
        column.time_style = style


def _writing(column: Column, answers: Mapping[str, str]) -> None:
    """Decimal mark and unit. The general answer reaches columns that nothing proves, their own one wins."""
    wanted = _of(answers, "decimal", column) or (answers.get("decimal", "") if column.decimal_asked else "")
    mark = next((mark for mark in MARKS if mark == wanted), None)
    if mark is not None and (mark != column.decimal or column.decimal_asked):
        column.decimal, column.decimal_proven, column.decimal_asked = mark, True, False
    unit = answers.get(f"unit-{column.index}")
    if unit is not None and " ".join(unit.split())[:40] != column.unit:
        column.unit, column.unit_assumed = " ".join(unit.split())[:40], False
        column.unit_code = unit_code(column.unit) if column.unit else None


def _alone(columns: Sequence[Column], before: Sequence[Role]) -> None:
    """Where two columns have a role that only one can have, the one just chosen keeps it."""
    for roles in _ALONE:
        having = [column for column in columns if column.role in roles]
        having.sort(key=lambda column: (before[column.index] in roles, column.index))
        for column in having[1:]:
            column.role, column.why = "left_out", "one_only"


def _lay_out(plan: Plan, before: Sequence[Role]) -> None:
    values = plan.having("value")
    new = [column for column in values if before[column.index] != "value"]
    if plan.having("station"):
        plan.layout = "long"
        for column in values:
            column.station = ""
    elif any(column.station for column in values):
        plan.layout = "wide"
        known = next((column.term for column in values if column.term), "")
        for column in new:
            column.station, column.term = column.name, known
    else:
        plan.layout = "single" if values else "unclear"
    parameter = bool(plan.having("parameter"))
    for column in values:
        column.by_parameter = parameter and (column.by_parameter or len(values) == 1)


def _measured(column: Column, answers: Mapping[str, str]) -> None:
    chosen = _of(answers, "term", column)
    if chosen in QUANTITIES:
        column.term = chosen
    elif chosen == "own" or (not column.term and not column.by_parameter and not column.station):
        column.term = term(column.name or column.header)
