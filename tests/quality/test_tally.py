# SPDX-License-Identifier: Apache-2.0
import json
import random
from typing import Any

import pytest

from dothi.quality.flag import Flag
from dothi.quality.tally import SLOTS, Tally, window

PERIOD = 600.0
SLOT = 10_800


def filled(flags: list[Flag], start: float = 0.0) -> Tally:
    tally = Tally.of(None, PERIOD, start)
    for index, flag in enumerate(flags):
        tally.add(start + index * PERIOD, flag)
    return tally


@pytest.mark.parametrize(("period", "seconds"), [(60, 86_400), (5_400, 86_400), (86_400, 1_382_400)])
def test_window_is_a_day_or_sixteen_periods(period: float, seconds: float):
    assert window(period) == seconds


def test_counts_tell_usable_and_passed_apart():
    tally = filled([Flag.GOOD] * 6 + [Flag.SUSPECT] * 2 + [Flag.FAIL] * 2 + [Flag.MISSING])

    seen = tally.counts(10 * PERIOD, PERIOD)

    assert (seen.expected, seen.judged, seen.usable, seen.passed) == (10, 10, 8, 6)
    assert seen.newest is not None
    assert seen.newest.timestamp() == 7 * PERIOD


def test_old_readings_leave_the_window_as_time_passes():
    tally = filled([Flag.GOOD] * 144)

    later = tally.counts(144 * PERIOD + 4 * SLOT, PERIOD)
    gone = tally.counts(144 * PERIOD + 9 * SLOT, PERIOD)

    assert later.usable == 54
    assert 120 <= later.expected <= 144
    assert (gone.usable, gone.judged) == (0, 0)
    assert gone.expected >= 120


def test_young_series_is_not_asked_for_readings_before_its_first():
    tally = filled([Flag.GOOD] * 5, start=1_000_000.0)

    assert tally.counts(1_000_000.0 + 5 * PERIOD, PERIOD).expected == 5


def test_late_reading_counts_in_its_own_slot_and_an_ancient_one_not_at_all():
    tally = filled([Flag.GOOD] * 144)

    tally.add(10.0, Flag.GOOD)
    tally.add(-30 * 86_400.0, Flag.GOOD)

    assert tally.slots[0][1:] == [19, 19, 19]


def test_tally_is_the_same_when_it_is_kept_and_read_between():
    chance = random.Random(3)
    whole = Tally.of(None, PERIOD, 0)
    kept: Any = None
    for index in range(2_000):
        at, flag = index * PERIOD - chance.choice([0, 0, 7_000]), chance.choice(list(Flag))
        whole.add(at, flag)
        parted = Tally.of(kept, PERIOD, at)
        parted.add(at, flag)
        kept = json.loads(json.dumps(parted.kept()))

    assert kept[2:] == whole.kept()[2:]
    assert len(kept[3]) <= SLOTS


@pytest.mark.parametrize("kept", [None, [], "x", [1, 2], [10_800, 0, None, [[1, 2]]], [99, 0, None, []]])
def test_tally_begins_anew_when_what_was_kept_is_none(kept: Any):
    assert Tally.of(kept, PERIOD, 5) == Tally(SLOT, 5)
