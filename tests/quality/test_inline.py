# SPDX-License-Identifier: Apache-2.0
import random
from datetime import date

import pytest

from dothi.quality.flag import WMO, Flag, Verdict, worst
from dothi.quality.inline import Reading, Series, judge
from dothi.quality.parameters import Parameters, parameters

DAY = date(2026, 1, 1)
F, S = Flag.FAIL, Flag.SUSPECT


def known(term: str = "temperature", unit: str = "CEL") -> Parameters:
    found = parameters(term, unit, DAY)
    assert found is not None
    return found


def told(
    values: list[float | None], step: float = 600, of: Parameters | None = None
) -> list[dict[str, Flag]]:
    series = Series(of or known(), period=step)
    return [series.step(Reading(value, index * step)).tests for index, value in enumerate(values)]


def test_worst_is_missing_before_fail_before_suspect_before_good():
    assert worst([Flag.GOOD, S, F, Flag.MISSING]) is Flag.MISSING
    assert worst([S, F]) is F
    assert worst([]) is Flag.NOT_EVALUATED
    assert {flag: WMO[flag] for flag in Flag} == {1: 0, 2: 4, 3: 2, 4: 3, 9: 7}


def test_verdict_keeps_the_worse_of_two_findings():
    verdict = Verdict()

    verdict.add("Q9", F)
    verdict.add("Q9", S)
    verdict.add("Q8", Flag.GOOD)

    assert verdict.tests == {"Q9": F}
    assert not verdict.usable


def test_readings_are_good_when_nothing_is_wrong():
    assert told([25.0, 25.3, 25.1, 25.6]) == [{}, {}, {}, {}]


@pytest.mark.parametrize(
    ("value", "flags"),
    [
        (-10.1, {"Q3": F}),
        (-10, {"Q3": S}),
        (-0.1, {"Q3": S}),
        (0, {}),
        (45, {}),
        (45.1, {"Q3": S}),
        (55.1, {"Q3": F}),
    ],
)
def test_range_is_told_when_a_value_lies_outside(value: float, flags: dict[str, Flag]):
    assert told([value]) == [flags]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_reading_is_missing_when_there_is_no_number(value: float | None):
    assert told([value]) == [{"Q1": Flag.MISSING}]


def test_return_from_a_spike_is_not_flagged_when_the_spike_was():
    assert told([25, 25.2, 54, 25.1]) == [{}, {}, {"Q3": S, "Q4": F}, {}]


def test_new_level_is_believed_again_when_it_lasts():
    flags = told([25, *[34.0 + n / 10 for n in range(4)]])

    assert [bool(one) for one in flags] == [False, True, False, False, False]


def test_sensor_is_stuck_when_it_says_the_same_for_hours():
    flags = told([20, 20.4, *[20.7] * 60])

    assert flags[2:14] == [{}] * 12
    assert flags[14] == {"Q6": S}
    assert flags[38] == {"Q6": F}


def test_no_rain_is_no_stuck_sensor():
    assert told([0.0] * 60, of=known("precipitation", "MMT")) == [{}] * 60


def test_rain_is_stuck_when_it_falls_alike_for_hours():
    flags = told([1.2] * 20, of=known("precipitation", "MMT"))

    assert flags[-1] == {"Q6": F}


def test_few_equal_readings_are_chance_when_the_instrument_rounds_much():
    coarse = random.Random(4)
    values = [float(coarse.choice([400, 500, 500, 500, 600])) for _ in range(200)]

    flags = told([*values, *[500.0] * 3], 3600, known("co", "GQ"))

    assert [one for one in flags if "Q6" in one] == []


def test_times_are_judged_when_they_lie_ahead_come_late_or_go_back():
    series = Series(known(), period=600)

    assert series.step(Reading(25, 10_000, 9_800)).tests == {"Q2": F}
    assert series.step(Reading(25, 10_000, 9_881)).tests == {}
    assert series.step(Reading(25, 9_000, 10_000)).tests == {"Q2": S}
    assert series.step(Reading(25, 10_600, 13_001)).tests == {"Q2": S}


def test_old_reading_leaves_the_state_when_it_comes_late():
    series = Series(known(), period=600)
    series.step(Reading(25, 10_000))
    before = series.text

    series.step(Reading(40, 9_000))

    assert series.text == before


def test_envelope_fails_when_it_is_broken():
    assert Series(known()).step(Reading(25, 0, envelope=False)).tests == {"Q0": F}


def test_reading_is_not_evaluated_when_nobody_said_what_is_usual():
    verdict = Series(None).step(Reading(25, 0))

    assert (verdict.flag, verdict.tests) == (Flag.NOT_EVALUATED, {})


def test_meter_fails_when_it_falls_and_is_reset_when_it_begins_anew():
    flags = told([100, 110, 105, 120, 2], 900, known("energy", "KWH"))

    assert flags == [{}, {}, {"Q13": F}, {}, {"Q13": S}]


def test_meter_fails_when_it_gains_more_than_it_can():
    of = parameters("energy", "KWH", DAY, limits={"pmax": 10})

    assert told([100, 103, 106.1], 900, of) == [{}, {}, {"Q13": F}]


def test_verdicts_are_the_same_when_the_state_is_kept_as_text_between():
    chance = random.Random(7)
    values = [chance.choice([None, 25, 25, 25 + chance.gauss(0, 3), 90]) for _ in range(3_000)]
    times = [index * 600 + chance.choice([0, 0, 0, -700]) for index in range(3_000)]
    series, text = Series(known()), ""

    for at, value in zip(times, values, strict=True):
        whole = series.step(Reading(value, at, at + 5))
        text, parted = judge(text, Reading(value, at, at + 5), known())
        assert whole == parted

    assert series.text == text


@pytest.mark.parametrize("text", ["", "{}", "[99,1]", "nonsense", "[1,[]]"])
def test_state_begins_anew_when_it_is_none_of_ours(text: str):
    assert judge(text, Reading(25, 0), known())[1].tests == {}
