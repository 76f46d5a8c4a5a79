# SPDX-License-Identifier: Apache-2.0
import math
import random
from datetime import date

import pytest

from dothi.quality.batch import judge_series
from dothi.quality.flag import Flag, Verdict
from dothi.quality.parameters import Parameters, parameters

HOUR = 3600.0


def known(term: str = "pm25", unit: str = "GQ") -> Parameters:
    found = parameters(term, unit, date(2026, 1, 1))
    assert found is not None
    return found


def air(count: int, seed: int, offset: float = 0.0) -> list[float | None]:
    """Plausible hourly dust: a day's wave, slow weather, and noise."""
    chance, weather = random.Random(seed), random.Random(1)
    slow, found = 0.0, []
    for hour in range(count):
        slow = 0.95 * slow + weather.gauss(0, 2)
        found.append(
            round(max(1.0, 35 + offset + 8 * math.sin(hour / 24 * math.tau) + slow + chance.gauss(0, 2.5)), 1)
        )
    return list(found)


def codes(verdicts: list[Verdict]) -> set[str]:
    return {code for verdict in verdicts for code in verdict.tests}


def times(count: int) -> list[float]:
    return [hour * HOUR for hour in range(count)]


def test_plausible_series_is_good_when_its_neighbours_agree():
    count = 24 * 60

    verdicts = judge_series(
        times(count), air(count, 2), known(), period=HOUR, neighbours=[air(count, seed) for seed in (3, 4, 5)]
    )

    assert sum(verdict.flag is not Flag.GOOD for verdict in verdicts) <= count / 100


def test_spike_is_flagged_at_its_own_reading():
    values = air(100, 2)
    values[50] = 250.0

    verdicts = judge_series(times(100), values, known(), period=HOUR)

    assert "Q5" in verdicts[50].tests
    assert "Q5" not in verdicts[51].tests


def test_offset_is_found_when_three_neighbours_say_otherwise():
    count = 24 * 30
    values = [v if hour < 500 or v is None else v + 80 for hour, v in enumerate(air(count, 2))]

    verdicts = judge_series(
        times(count), values, known(), period=HOUR, neighbours=[air(count, seed) for seed in (3, 4, 5)]
    )

    assert all(verdict.tests.get("Q8") is Flag.FAIL for verdict in verdicts[500:520])
    assert not any("Q8" in verdict.tests for verdict in verdicts[:500])


def test_drift_is_found_when_it_outgrows_the_neighbours():
    count = 24 * 120
    values = [
        v if v is None or hour < 1500 else v + (hour - 1500) * 0.05 for hour, v in enumerate(air(count, 2))
    ]

    verdicts = judge_series(
        times(count), values, known(), period=HOUR, neighbours=[air(count, seed) for seed in (3, 4, 5)]
    )

    first = next(hour for hour, verdict in enumerate(verdicts) if "Q11" in verdict.tests)
    assert 1500 < first < 2600


def test_usual_difference_between_places_is_no_fault():
    count = 24 * 40

    verdicts = judge_series(
        times(count),
        air(count, 2, 25),
        known(),
        period=HOUR,
        neighbours=[air(count, seed) for seed in (3, 4, 5)],
    )

    assert not codes(verdicts) & {"Q8", "Q11"}


def test_smooth_series_is_suspect_when_the_quantity_never_runs_smooth():
    values: list[float | None] = [
        30 + 10 * math.sin(hour / 24 * math.tau) + hour * 0.01 for hour in range(24 * 14)
    ]

    verdicts = judge_series(times(len(values)), values, known(), period=HOUR)

    assert sum("Q10" in verdict.tests for verdict in verdicts) == len(values)


def test_copied_days_fail_when_every_reading_is_that_of_the_day_before():
    day = air(24, 2)

    verdicts = judge_series(times(24 * 5), day * 5, known(), period=HOUR)

    assert [hour for hour, verdict in enumerate(verdicts) if "Q6.copy" in verdict.tests] == list(
        range(24, 120)
    )


def test_slip_of_the_unit_is_suspect_when_a_reading_is_ten_times_all_others():
    values = air(400, 2)
    values[200] = values[200] * 10 if values[200] else None

    verdicts = judge_series(times(400), values, known(), period=HOUR)

    assert "Q7.unit" in verdicts[200].tests


def test_part_fails_when_it_exceeds_the_whole():
    values: list[float | None] = [30.0, 31.0, 50.0, 34.0, None]
    whole: list[float | None] = [40.0, 30.0, 40.0, None, 1.0]

    verdicts = judge_series(times(5), values, known(), period=HOUR, limits={"Q9.pm10": (whole, 1.05)})

    assert [verdict.tests.get("Q9.pm10") for verdict in verdicts] == [None, None, Flag.FAIL, None, None]


def test_whole_flat_line_is_suspect_when_it_is_seen_to_its_end():
    values: list[float | None] = [*air(50, 2), *[21.5] * 12, *air(50, 3)]

    verdicts = judge_series(times(len(values)), values, known(), period=HOUR)

    assert all("Q6" in verdict.tests for verdict in verdicts[50:62])
    assert "Q6" not in verdicts[49].tests


def test_lengths_are_refused_when_they_differ():
    with pytest.raises(ValueError, match="differ in length"):
        judge_series([0.0, 1.0], [1.0], known())


def test_nothing_is_said_of_nothing():
    assert judge_series([], [], known()) == []
