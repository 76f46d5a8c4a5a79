# SPDX-License-Identifier: Apache-2.0
"""What a decision window has seen of one series, in a few numbers that ride with its current value.

The window is cut into SLOTS slots; the oldest leaves as a whole, so the counts cover between 7/8 and 8/8 of the window, and
what was expected is reckoned for exactly the time they cover.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from dothi.quality.context import Counts
from dothi.quality.flag import Flag

SLOTS = 8
DAY = 86_400.0
LEAST_READINGS = 16
"""A window reaches over at least so many periods: fewer readings say nothing by their share."""


def window(period: float) -> float:
    """Seconds of the decision window: a day, or 16 periods when that is longer."""
    return max(DAY, LEAST_READINGS * period)


class Tally(msgspec.Struct, array_like=True):
    """`width`: seconds of a slot. `since`: first reading ever. `newest`: newest usable. `slots`: number, judged, usable, passed each."""

    width: int
    since: int
    newest: int | None = None
    slots: list[list[int]] = []

    @classmethod
    def of(cls, kept: Any, period: float, at: float) -> Tally:
        """The tally that was kept, or a new one when there is none, it is none of ours, or the period is another."""
        width = int(window(period) / SLOTS)
        try:
            found = msgspec.convert(kept, cls) if kept else None
        except msgspec.ValidationError:
            found = None
        if found is None or found.width != width or any(len(slot) != 4 for slot in found.slots):
            return cls(width, int(at))
        return found

    def add(self, at: float, flag: Flag) -> None:
        """Count a reading observed at `at` (seconds since 1970); one older than the window is left out."""
        if flag is Flag.MISSING:
            return
        number = int(at // self.width)
        slot = next((one for one in self.slots if one[0] == number), None)
        if slot is None:
            if self.slots and number <= self.slots[-1][0] - SLOTS:
                return
            slot = [number, 0, 0, 0]
            self.slots = sorted([*self.slots, slot])
            newest = self.slots[-1][0]
            self.slots = [one for one in self.slots if one[0] > newest - SLOTS]
        slot[1] += 1
        if flag in {Flag.GOOD, Flag.SUSPECT}:
            slot[2] += 1
            self.newest = max(self.newest or 0, int(at))
        slot[3] += flag is Flag.GOOD
        self.since = min(self.since, int(at))

    def kept(self) -> list[Any]:
        """Plain values for the row."""
        return [self.width, self.since, self.newest, self.slots]

    def counts(self, now: float, period: float, failures: Sequence[tuple[str, int]] = ()) -> Counts:
        """Counts as of `now`: of the slots that still lie in the window, and what the period promised for that time."""
        first = int(now // self.width) - SLOTS + 1
        inside = [slot for slot in self.slots if first <= slot[0] and slot[0] * self.width <= now]
        start = max(first * self.width, self.since)
        expected = max(1, round((now - start) / period)) if period > 0 and now > start else 1
        usable = sum(slot[2] for slot in inside)
        return Counts(
            expected=max(expected, usable),
            usable=usable,
            judged=sum(slot[1] for slot in inside),
            passed=sum(slot[3] for slot in inside),
            failures=tuple(failures),
            newest=None if self.newest is None else datetime.fromtimestamp(self.newest, UTC),
        )
