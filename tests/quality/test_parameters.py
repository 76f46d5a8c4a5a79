# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest

from dothi.quality.parameters import derived, for_period, parameters

DAY = date(2026, 1, 1)


def test_parameters_are_those_of_table_when_unit_is_its_own():
    known = parameters("temperature", "CEL", DAY)

    assert known is not None
    assert (known.fail, known.suspect, known.rate, known.spike) == ((-10, 55), (0, 45), (0.5, 2), (3, 6))
    assert known.flat == (0.05, 7200, 21600, "any")


def test_parameters_are_turned_into_unit_of_readings_when_it_differs():
    known = parameters("pm25", "GP", DAY)

    assert known is not None
    assert known.fail == pytest.approx((0, 1.0))
    assert known.scale == pytest.approx(0.008)


def test_parameters_are_refused_when_unit_is_of_something_else():
    with pytest.raises(ValueError, match="Unit CEL is none of pm25"):
        parameters("pm25", "CEL", DAY)


def test_there_are_none_when_nobody_said_what_is_usual():
    assert parameters("tongNito", "", DAY) is None


def test_earliest_hold_when_the_day_lies_before_the_table():
    assert parameters("pm25", "GQ", date(1999, 12, 31)) == parameters("pm25", "GQ", DAY)


def test_bounds_come_from_the_device_when_only_it_knows_them():
    unknown = parameters("availableSpotNumber", "", DAY)
    known = parameters("availableSpotNumber", "", DAY, limits={"capacity": 200})

    assert unknown is not None
    assert known is not None
    assert (unknown.fail, unknown.rate) == ((0, None), None)
    assert (known.fail, known.rate) == ((0, 200), (20, 60))


def test_locality_overrides_one_field_and_leaves_the_others():
    known = parameters("pm25", "GQ", DAY, overrides={"suspect": [0, 600]})

    assert known is not None
    assert (known.suspect, known.fail) == ((0, 600), (0, 1000))


def test_rain_of_a_day_may_be_more_than_rain_of_ten_minutes():
    known = parameters("precipitation", "MMT", DAY)
    assert known is not None

    day = for_period(known, 86400)

    assert day.fail[1] == pytest.approx(1184, abs=1)
    assert known.fail[1] == 60


def test_parameters_stay_when_readings_come_more_often_than_expected():
    known = parameters("pm25", "GQ", DAY)
    assert known is not None

    assert for_period(known, 60) is known


def test_what_is_usual_is_learnt_when_nobody_said():
    values = [10.0 + n % 7 for n in range(100)]

    alone, alike = derived("x", "", values, 3600), derived("x", "", values, 3600, alike=True)

    assert alone is not None
    assert alike is not None
    assert (alone.fail, alone.suspect, alone.scale) == ((None, None), (-8, 34), None)
    assert (alike.fail, alike.scale) == ((-50, 76), 3)


@pytest.mark.parametrize("values", [[1.0] * 100, [1.0, 2.0] * 14, []])
def test_nothing_is_learnt_from_constant_or_few_values(values: list[float]):
    assert derived("x", "", values, 3600) is None
