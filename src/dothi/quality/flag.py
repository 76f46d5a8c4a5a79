# SPDX-License-Identifier: Apache-2.0
"""Flags of readings as QARTOD writes them (IOOS, Manual for Real-Time Quality Control, 2014-)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum


class Flag(IntEnum):
    """QARTOD primary flags."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


WMO = {
    Flag.GOOD: 0,
    Flag.SUSPECT: 2,
    Flag.FAIL: 3,
    Flag.NOT_EVALUATED: 4,
    Flag.MISSING: 7,
}
"""To WMO BUFR table 0 33 020."""

_RANK = {Flag.NOT_EVALUATED: 0, Flag.GOOD: 1, Flag.SUSPECT: 2, Flag.FAIL: 3, Flag.MISSING: 4}


def worst(flags: Iterable[Flag]) -> Flag:
    """The flag that stands for several: missing, fail, suspect, good; NOT_EVALUATED when no test ran."""
    return max(flags, key=_RANK.__getitem__, default=Flag.NOT_EVALUATED)


@dataclass(slots=True)
class Verdict:
    """What the tests said of one reading: code of the test ("Q3", "Q9.tsp") to flag, those that found nothing left out.

    `ran`: at least one test could judge the value.
    """

    tests: dict[str, Flag] = field(default_factory=dict)
    ran: bool = True

    @property
    def flag(self) -> Flag:
        if self.tests:
            return worst(self.tests.values())
        return Flag.GOOD if self.ran else Flag.NOT_EVALUATED

    @property
    def usable(self) -> bool:
        """Counts towards sufficiency: flag 1 or 3 (domain.md 6.5)."""
        return self.flag in {Flag.GOOD, Flag.SUSPECT}

    def add(self, test: str, flag: Flag) -> None:
        """Note what a test found; the worse of two findings of one test stays."""
        if flag is not Flag.GOOD:
            self.tests[test] = worst((flag, self.tests.get(test, Flag.GOOD)))
