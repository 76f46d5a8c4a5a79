# SPDX-License-Identifier: Apache-2.0
"""One figure of the bench and the table of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec


class Row(msgspec.Struct, kw_only=True):
    """A measured figure. `better`: which way is better; `ratio` is value / that of `ratio_to`, in the same run."""

    group: str
    name: str
    value: float
    unit: str
    target: float
    better: Literal["more", "less"] = "more"
    ratio_to: str = ""
    ratio: float | None = None
    ratio_target: float | None = None
    note: str = ""
    skipped: bool = False
    """Not measured here, and `note` says why: neither passed nor missed."""

    @property
    def passed(self) -> bool:
        good = self.value >= self.target if self.better == "more" else self.value <= self.target
        return good and (self.ratio_target is None or (self.ratio or 0.0) >= self.ratio_target)

    def as_json(self) -> dict[str, object]:
        """JSON knows no infinity: what was not reached or not measured is null."""
        found = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in msgspec.structs.asdict(self).items()
        }
        return {**found, "pass": None if self.skipped else self.passed}

    @property
    def verdict(self) -> str:
        return "skipped" if self.skipped else "yes" if self.passed else "NO"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if not math.isfinite(value):
        return "never" if math.isinf(value) else "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}".rstrip("0").rstrip(".")


def table(rows: Sequence[Row]) -> str:
    """The rows in columns for a terminal."""
    lines = [("group", "name", "value", "unit", "target", "ratio", "to", "pass", "note")]
    for row in rows:
        sign = ">=" if row.better == "more" else "<="
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        ratio += f" (>= {row.ratio_target})" if row.ratio_target else ""
        lines.append(
            (
                row.group,
                row.name,
                _number(row.value),
                row.unit,
                f"{sign} {_number(row.target)}" if row.target else "",
                ratio,
                row.ratio_to,
                row.verdict,
                row.note,
            )
        )
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if n == 2 else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie; not a number when there are none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
