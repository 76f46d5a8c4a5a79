# SPDX-License-Identifier: Apache-2.0
"""What happens to units is appended: what they were is still there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dothi.foundation.clock import VIETNAM
from dothi.identity.door import enter_tenant
from dothi.places import door
from dothi.places.actions.change import change_code
from dothi.places.models import (
    CalendarDay,
    Edition,
    PlaceSetting,
    UnitCode,
    UnitEvent,
    UnitPart,
    UnitPast,
    WorkingWeek,
)
from dothi.places.queries.book import book

pytestmark = pytest.mark.django_db
OLD, NEW, LATER = date(2000, 1, 1), date(2025, 7, 1), date(2026, 6, 1)


def _square(west: float, south: float, side: float) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def province(db: None) -> None:
    door.put_units(
        units=[
            door.NewUnit(id="46", kind="Thành phố", name="Huế", valid_from=OLD),
            door.NewUnit(id="44", kind="Tỉnh", name="Quảng Trị", valid_from=OLD),
            door.NewUnit(
                id="a", kind="Phường", name="A", parent="46", code="1", boundary=_square(107, 16, 0.1)
            ),
            door.NewUnit(id="b", kind="Phường", name="B", parent="46", code="2"),
        ]
    )


def test_unit_moves_to_another_when_transferred_and_amounts_follow_the_day(province: None) -> None:
    door.change_unit(unit="a", day=LATER, parent="44", basis="NQ 7")

    assert [door.chain("a", day) for day in (NEW, LATER)] == [["46", "a"], ["44", "a"]]
    assert door.scope_of("a") == "/44/a"
    assert [door.subtree("44", day) for day in (NEW, LATER)] == [["44"], ["44", "a"]]
    assert [door.roll_up({"a": 5.0}, day).sums for day in (NEW, LATER)] == [
        {"46": 5.0, "a": 5.0},
        {"44": 5.0, "a": 5.0},
    ]
    assert [(e.kind, e.basis) for e in UnitEvent.objects.all()] == [("transfer", "NQ 7")]


def test_point_lies_in_the_border_of_the_day_when_it_was_redrawn(province: None) -> None:
    door.change_unit(unit="a", day=LATER, boundary=_square(107.1, 16, 0.1))

    found = {day: [door.unit_of_point(lon, 16.05, day) for lon in (107.05, 107.15)] for day in (NEW, LATER)}

    assert {day: [unit.pk if unit else None for unit in row] for day, row in found.items()} == {
        NEW: ["a", None],
        LATER: [None, "a"],
    }
    assert not UnitEvent.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"day": date(2020, 1, 1), "name": "X"},
        {"day": LATER, "parent": "nowhere"},
        {"day": LATER, "parent": "a"},
        {"day": LATER, "boundary": {"type": "Point", "coordinates": [1, 2]}},
    ],
)
def test_change_is_refused_when_it_cannot_have_been(province: None, change: dict[str, Any]) -> None:
    with pytest.raises(door.BadUnit):
        door.change_unit(unit="a", **change)

    assert not UnitPast.objects.exists()


def test_change_is_refused_when_the_unit_does_not_exist(province: None) -> None:
    with pytest.raises(door.NoSuchUnit):
        door.change_unit(unit="nowhere", day=LATER, name="X")


def test_unit_ends_and_its_code_with_it_when_merged_and_again_changes_nothing(province: None) -> None:
    for _ in range(2):
        door.replace_units(kind="merge", day=LATER, before=["a", "b"], after=["b"], basis="NQ 8")

    assert door.heirs("a", LATER) == ["b"]
    assert (door.by_code("1", at=LATER), door.by_code("1")) == ([], ["a"])
    assert UnitEvent.objects.count() == 1
    with pytest.raises(door.BadUnit):
        door.replace_units(kind="merge", day=date(2027, 1, 1), before=["a"], after=["b"])
    with pytest.raises(door.BadUnit):
        door.replace_units(kind="swallow", day=LATER, before=["b"], after=["a"])


def test_former_code_is_found_by_its_day_when_another_took_its_place(province: None) -> None:
    change_code(unit="a", code="9", day=LATER)
    change_code(unit="a", code="9", day=LATER)

    assert [door.by_code(code, at=day) for code in ("1", "9") for day in (NEW, LATER)] == [
        ["a"],
        [],
        [],
        ["a"],
    ]


def test_units_of_a_circle_are_refused_when_put(province: None) -> None:
    with pytest.raises(door.BadUnit):
        door.put_units(units=[door.NewUnit(id="46", kind="Thành phố", name="Huế", parent="a")])


def test_book_is_read_once_and_anew_after_a_change_when_asked_often(province: None) -> None:
    kept = book()

    with CaptureQueriesContext(connection) as queries:
        same = book()
    door.change_unit(unit="a", day=LATER, name="Mới")

    assert (same is kept, len(queries)) == (True, 1)
    assert book().last("a").name == "Mới"


def test_rows_of_another_tenant_are_hidden_in_all_tables_when_entered_elsewhere(province: None) -> None:
    door.change_unit(unit="a", day=LATER, parent="44")
    door.set_day(day=LATER, kind="off", reason="x", decision="1")
    door.set_setting(key="a.b", value=1, valid_from=NEW)
    door.set_week(week=door.Week(hours=door.calendar().weeks[0].hours, valid_from=LATER))
    tables = [UnitPast, UnitCode, UnitEvent, UnitPart, Edition, CalendarDay, PlaceSetting, WorkingWeek]
    mine = [table.objects.exists() for table in tables]  # type: ignore[attr-defined]  # - all are models

    with connection.cursor() as cursor:
        enter_tenant(cursor, "da-nang")
        theirs = [table.objects.exists() for table in tables]  # type: ignore[attr-defined]  # - all are models
        units = book().versions
        enter_tenant(cursor, "")

    assert (mine, theirs, units) == ([True] * 8, [False] * 8, [])


def test_setting_is_that_of_the_nearest_unit_and_of_the_day_when_read(province: None) -> None:
    door.set_setting(key="limit", value=55, valid_from=OLD, measure="dBA", source="QCVN 26")
    door.set_setting(key="limit", value=50, valid_from=NEW, unit="46")
    door.set_setting(key="limit", value=45, valid_from=LATER, unit="46")
    door.set_setting(key="limit", value=40, valid_from=NEW, valid_to=LATER, unit="a")

    found = {
        unit: [door.setting("limit", int, unit=unit, at=day) for day in (date(2024, 1, 1), NEW, LATER)]
        for unit in ("a", "b", "44")
    }

    assert found == {"a": [55, 40, 45], "b": [55, 50, 45], "44": [55, 55, 55]}
    assert door.setting("none", int, default=7) == 7
    row = door.setting_row("limit", unit="44", at=NEW)
    assert row is not None
    assert (row.measure, row.source) == ("dBA", "QCVN 26")


def test_setting_of_another_kind_is_told_when_read(province: None) -> None:
    door.set_setting(key="limit", value="much", valid_from=OLD)

    with pytest.raises(door.BadSetting, match="limit"):
        door.setting("limit", int)


@pytest.mark.parametrize("wrong", [{"key": "Có dấu"}, {"valid_to": OLD}, {"unit": "nowhere"}])
def test_setting_is_refused_when_it_is_none(province: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(door.BadSetting):
        door.set_setting(**({"key": "limit", "value": 1, "valid_from": OLD} | wrong))


def test_day_counts_below_its_unit_only_when_set(province: None) -> None:
    door.set_day(day=LATER, kind="off", reason="Lễ hội", decision="QĐ 1", unit="46")
    came = door.Limit(1, "working_days")

    assert [door.calendar(unit).is_working(LATER) for unit in ("a", "46", "44", None)] == [
        False,
        False,
        True,
        True,
    ]

    at = datetime(2026, 5, 29, 9, tzinfo=VIETNAM)
    assert [f"{door.due(unit, at, came):%d/%m}" for unit in ("a", "44")] == ["02/06", "01/06"]


def test_day_is_refused_when_it_has_no_reason_or_no_unit(province: None) -> None:
    for wrong in ({"reason": " "}, {"unit": "nowhere"}):
        with pytest.raises(door.BadCalendar):
            door.set_day(**({"day": LATER, "kind": "off", "reason": "x", "unit": None} | wrong))  # type: ignore[arg-type]  # - wrong on purpose
    with pytest.raises(door.BadCalendar):
        door.swap_days(off=LATER, work=LATER, reason="x", decision="y")
