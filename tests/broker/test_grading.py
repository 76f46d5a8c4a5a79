# SPDX-License-Identifier: Apache-2.0
"""Readings are judged in the write that keeps them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from dothi.broker import grading
from dothi.broker.model import Entity, Write
from dothi.broker.ngsi import parse, represent
from dothi.broker.ngsi.context import CORE_TERMS, build
from dothi.broker.ngsi.represent import View
from dothi.broker.rules import apply, same
from dothi.foundation import clock

CORE = "https://uri.etsi.org/ngsi-ld/default-context/"
PM25, TEMPERATURE = f"{CORE}pm25", f"{CORE}temperature"
NOW = "2026-11-23T10:00:00.000000Z"
START = datetime.fromisoformat("2026-11-23T04:00:00+00:00")


def moment(hour: int) -> str:
    return clock.iso(START + timedelta(hours=hour))


def instance(value: Any, hour: int = 0, unit: str = "GQ") -> dict[str, Any]:
    return {"type": "Property", "value": value, "unitCode": unit, "observedAt": moment(hour)}


def send(
    entity: Entity | None, value: Any, hour: int, *, attr: str = PM25, unit: str = "GQ", **more: Any
) -> Any:
    given = Write(
        verb="observe", id="urn:a", types=["Air"], attrs={attr: {"": instance(value, hour, unit)}}, **more
    )
    return apply(entity, given, moment(hour))


def found(out: Any, attr: str = PM25) -> Any:
    return out.rows[-1].instance.get(grading.FOUND)


def test_good_reading_costs_the_history_nothing_when_it_passes():
    out = send(None, 21.5, 0)

    assert out.rows[0].instance == instance(21.5)
    assert grading.STATE not in out.changed[PM25][""]
    assert grading.shown(out.entity.attrs[PM25][""]) == {"type": "Property", "value": {"flag": 1}}


def test_impossible_reading_is_kept_and_flagged_when_it_comes():
    out = send(send(None, 21.5, 0).entity, 1500, 1)

    assert out.entity.attrs[PM25][""]["value"] == 1500
    assert found(out) == {"flag": 4, "tests": {"Q3": 4}}
    assert out.changed[PM25][""][grading.FOUND] == {"flag": 4, "tests": {"Q3": 4}}


def test_return_to_usual_values_is_good_when_the_spike_was_flagged():
    entity = send(send(None, 21.5, 0).entity, 900, 1).entity

    assert found(send(entity, 22.0, 2)) is None


def test_sensor_is_found_stuck_when_its_state_goes_from_write_to_write():
    entity, flags = None, []
    for hour, value in enumerate([20.0, 21.0, *[22.5] * 9]):
        out = send(entity, value, hour)
        entity = out.entity
        flags.append((found(out) or {"flag": 1})["flag"])

    assert flags == [1, 1, 1, 1, 1, 1, 3, 3, 3, 4, 4]


def test_same_reading_is_a_repeat_when_it_was_flagged_before():
    first = send(None, 1500, 0)
    again = send(first.entity, 1500, 0)

    assert (again.rows, again.result.repeats) == ([], 1)
    assert same(first.rows[0].instance, instance(1500))


def test_late_reading_is_flagged_and_leaves_the_state_when_a_newer_one_stands():
    entity = send(send(None, 21.5, 0).entity, 22.0, 5).entity
    before = entity.attrs[PM25][""][grading.STATE]

    given = Write(verb="observe", id="urn:a", types=["Air"], attrs={PM25: {"": instance(30.0, 3)}})
    out = apply(entity, given, moment(6))

    assert out.result.late == 1
    assert found(out) == {"flag": 3, "tests": {"Q2": 3}}
    assert out.entity.attrs[PM25][""][grading.STATE] == before
    assert sum(slot[1] for slot in out.entity.attrs[PM25][""][grading.TALLY][3]) == 3


def test_recorded_data_is_not_late_when_it_is_backfilled():
    given = Write(verb="observe", id="urn:a", types=["Air"], attrs={PM25: {"": instance(20)}}, backfill=True)
    live = Write(verb="observe", id="urn:a", types=["Air"], attrs={PM25: {"": instance(20)}})

    assert found(apply(None, given, "2026-11-24T10:00:00.000000Z")) is None
    assert found(apply(None, live, "2026-11-24T10:00:00.000000Z")) == {"flag": 3, "tests": {"Q2": 3}}


def test_unit_of_something_else_fails_the_envelope():
    assert found(send(None, 20, 0, unit="CEL")) == {"flag": 4, "tests": {"Q0": 4}}


@pytest.mark.parametrize("value", ["20", True, None, {"a": 1}, [20]])
def test_nothing_is_said_when_the_value_is_no_number(value: Any):
    out = send(None, value, 0)

    assert found(out) is None
    assert grading.shown(out.entity.attrs[PM25][""]) is None


def test_nothing_is_said_when_nobody_knows_what_is_usual():
    out = send(None, 20, 0, attr=f"{CORE}shoeSize")

    assert grading.shown(out.entity.attrs[f"{CORE}shoeSize"][""]) is None


@pytest.mark.parametrize(("period", "judged"), [(None, False), (3600, True)])
def test_api_write_is_judged_only_when_the_thing_declares_its_period(period: int | None, *, judged: bool):
    made = Write(
        verb="create",
        id="urn:a",
        types=["Air"],
        attrs={} if period is None else {grading.PERIOD: {"": {"type": "Property", "value": period}}},
    )
    entity = apply(None, made, NOW).entity

    out = apply(entity, Write(verb="append", id="urn:a", attrs={PM25: {"": instance(5000)}}), moment(0))

    assert (found(out) is not None) == judged


def test_client_cannot_say_what_the_tests_found():
    forged = {**instance(1500), grading.FOUND: {"flag": 1}, grading.STATE: "[1]"}
    out = apply(None, Write(verb="observe", id="urn:a", types=["Air"], attrs={PM25: {"": forged}}), moment(0))

    assert found(out) == {"flag": 4, "tests": {"Q3": 4}}


def test_quality_of_a_client_is_a_claim_when_it_sends_one():
    given = {"type": "Property", "value": 21.5, "quality": {"type": "Property", "value": {"flag": 1}}}

    kept = parse.instance("pm25", given, CORE_TERMS)

    assert kept == {"type": "Property", "value": 21.5, grading.CLAIMED: given["quality"]}
    assert represent.one(kept, CORE_TERMS, View()) == {
        "type": "Property",
        "value": 21.5,
        "claimedQuality": {"type": "Property", "value": {"flag": 1}},
    }


def test_quality_of_the_store_has_its_own_name_when_the_context_means_another_thing_by_it():
    terms = build({"quality": "https://example.org/quality"}, {})
    kept = {
        "type": "Property",
        "value": 1500,
        "https://example.org/quality": {"type": "Property", "value": 7},
    }
    kept[grading.FOUND] = {"flag": 4, "tests": {"Q3": 4}}

    shown = represent.one(kept, terms, View())

    assert shown["quality"] == {"type": "Property", "value": 7}
    assert shown[terms.compact(grading.QUALITY)] == {
        "type": "Property",
        "value": {"flag": 4, "tests": {"Q3": 4}},
    }


@pytest.mark.parametrize("value", [None, "hourly", True, 0, -5, 1e300, [600], {"s": 1}])
def test_period_is_the_usual_one_when_the_declared_is_none(value: Any):
    assert grading.period_of(value, None) == 3600.0


def test_reading_is_tested_when_it_comes_with_the_thing_that_says_how_often_it_reports():
    attrs: Any = {
        PM25: {"": instance(21.5)},
        grading.PERIOD: {"": {"type": "Property", "value": 600}},
    }
    given = Write(verb="upsert_update", id="urn:a", types=["Air"], attrs=attrs)

    out = apply(None, given, moment(0))

    assert out.entity is not None
    assert grading.TALLY in out.entity.attrs[PM25][""]


@pytest.mark.parametrize("backfill", [False, True])
def test_one_fast_clock_leaves_the_window_to_the_true_readings(*, backfill: bool):
    entity = send(None, 21.5, 0).entity
    given = Write(
        verb="observe", id="urn:a", types=["Air"], attrs={PM25: {"": instance(22.0, 240)}}, backfill=backfill
    )
    entity = apply(entity, given, moment(1)).entity

    for hour in range(2, 8):
        entity = send(entity, 21.0 + hour % 3, hour).entity

    assert entity is not None
    assert sum(slot[1] for slot in entity.attrs[PM25][""][grading.TALLY][3]) == 8
