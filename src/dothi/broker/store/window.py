# SPDX-License-Identifier: Apache-2.0
"""Which rows of a series are wanted, said once: as parameters for open rows, as a mask for packed ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from dothi.broker.store.packing import Columns
from dothi.broker.store.rows import DELETED, decode
from dothi.foundation import clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGIN, END = -62_135_596_800_000_000, 253_402_214_400_000_000
"""The first and the last day of the calendar in microseconds."""


def moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def micros(at: str | datetime) -> int:
    """Microseconds since 1970."""
    delta = (clock.parse(at) if isinstance(at, str) else at) - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch [start, end) of time in microseconds, newest first when `backwards`.

    `by_record`: the times are those of the record, else those of the observation. `observed`: only rows that tell when
    they were observed. `marks`: the marks of deletion instead of the instances. `known`: only what was known at that
    instant. `every`: rows that were superseded, too.
    """

    start: int = BEGIN
    end: int = END
    by_record: bool = False
    observed: bool = False
    marks: bool = False
    known: int | None = None
    every: bool = False
    backwards: bool = True

    def parameters(self) -> dict[str, Any]:
        """The window for the queries of history.sql."""
        at = (moment(BEGIN), moment(END)) if self.by_record else (moment(self.start), moment(self.end))
        recorded = (moment(self.start), moment(self.end)) if self.by_record else (moment(BEGIN), "infinity")
        return {
            "start": at[0],
            "end": at[1],
            "recorded_from": recorded[0],
            "recorded_to": recorded[1],
            "observed": self.observed,
            "marks": self.marks,
            "known": "infinity" if self.known is None else moment(self.known),
            "every": self.every,
        }

    def times(self, columns: Columns) -> NDArray[np.int64]:
        return columns.recorded if self.by_record else columns.at

    def part(self, columns: Columns) -> Columns:
        """The rows of some columns that are inside."""
        times = self.times(columns)
        keep = (times >= self.start) & (times < self.end)
        if self.observed:
            keep &= columns.observed
        if self.known is not None:
            keep &= columns.recorded <= self.known
        if not self.every:
            stands = columns.superseded == 0
            keep &= stands if self.known is None else stands | (columns.superseded > self.known)
        keep &= _marks(columns) == self.marks
        return columns if bool(keep.all()) else columns.part(keep)

    def first(self, columns: Columns, limit: int) -> Columns:
        """At most `limit` rows in the order of this window."""
        order = np.lexsort((columns.recorded, self.times(columns)))
        order = order[::-1][:limit] if self.backwards else order[:limit]
        return columns.part(order)


def _marks(columns: Columns) -> NDArray[np.bool_]:
    if columns.bodies is None:
        return np.zeros(len(columns), np.bool_)
    return np.array(
        [b is not None and DELETED in b and DELETED in decode(b) for b in columns.bodies], np.bool_
    )
