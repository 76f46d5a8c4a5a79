# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection

from dothi.identity.door import enter_tenant
from dothi.places import door
from dothi.places.models import Unit
from dothi.places.rules.tree import chain, is_valid_at


def _square(west: float, south: float, side: float) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def hue(db: None) -> None:
    door.put_units(
        units=[
            door.NewUnit(id="46-1", kind="Phường", name="Thuận Hoá", parent="46", boundary=_square(107.5, 16.4, 0.1)),
            door.NewUnit(id="46-2", kind="Phường", name="An Cựu", parent="46", boundary=_square(107.6, 16.4, 0.1)),
            door.NewUnit(id="46-3", kind="Đặc khu", name="Đảo", parent="46", valid_from=date(2027, 1, 1)),
            door.NewUnit(
                id="46-0", kind="Quận", name="Phú Xuân", parent="46", valid_from=date(2025, 1, 1),
                valid_to=date(2025, 7, 1),
            ),
            door.NewUnit(id="46", kind="Thành phố", name="Huế", boundary=_square(107, 16, 1)),
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "names"),
    [
        (date(2026, 11, 23), ["An Cựu", "Huế", "Thuận Hoá"]),
        (date(2025, 6, 30), ["Phú Xuân"]),
        (date(2027, 1, 1), ["An Cựu", "Đảo", "Huế", "Thuận Hoá"]),
    ],
)
def test_units_at_gives_those_of_the_day_in_vietnamese_order_when_asked(
    hue: None, at: date, names: list[str]
) -> None:
    assert [unit.name for unit in door.units_at(at)] == names


def test_unit_of_point_gives_the_smallest_when_several_cover_it(hue: None) -> None:
    found = [door.unit_of_point(lon, lat) for lon, lat in ((107.55, 16.45), (107.2, 16.2), (100, 10))]

    assert [unit.name if unit else None for unit in found] == ["Thuận Hoá", "Huế", None]


def test_scope_and_subtree_follow_the_tree_when_asked(hue: None) -> None:
    assert door.scope_of("46-1") == "/46/46-1"
    assert sorted(door.subtree("46", date(2026, 1, 1))) == ["46", "46-1", "46-2"]


def test_search_finds_names_when_typed_without_marks(hue: None) -> None:
    assert [unit.name for unit in door.search("thuan hoa")] == ["Thuận Hoá"]


def test_put_units_keeps_one_row_when_put_again(hue: None) -> None:
    door.put_units(units=[door.NewUnit(id="46", kind="Thành phố", name="Huế mới")])

    root = door.root_unit()
    assert root is not None
    assert (root.name, door.units_at().filter(parent=None).count()) == ("Huế mới", 1)


@pytest.mark.parametrize(
    "unit",
    [
        door.NewUnit(id="x", kind="Xã", name="Không cha", parent="nobody"),
        door.NewUnit(id="x", kind="Xã", name="Ngược ngày", valid_to=date(2020, 1, 1)),
        door.NewUnit(id="x", kind="Xã", name="Một điểm", boundary={"type": "Point", "coordinates": [1, 2]}),
        door.NewUnit(id="x", kind="Xã", name="Hỏng", boundary={"type": "Polygon"}),
        door.NewUnit(id="x", kind="Xã", name="Ngoài trái đất", boundary=_square(500, 16, 1)),
    ],
)
def test_put_units_refuses_all_when_one_is_wrong(db: None, unit: door.NewUnit) -> None:
    with pytest.raises(door.BadUnit):
        door.put_units(units=[door.NewUnit(id="ok", kind="Xã", name="Đúng"), unit])

    assert not door.units_at().exists()


@pytest.mark.django_db(transaction=False)
def test_units_are_hidden_when_the_transaction_is_of_another_tenant(hue: None) -> None:
    with connection.cursor() as cursor:
        enter_tenant(cursor, "da-nang")
        hidden = list(door.units_at())
        enter_tenant(cursor, "")

    assert (hidden, door.units_at().count()) == ([], 3)


def test_row_of_another_tenant_cannot_be_written_when_entered_elsewhere(db: None) -> None:
    with pytest.raises(Exception, match="row-level security") as caught:
        door.put_units(units=[door.NewUnit(id="y", kind="Xã", name="Lạ")], tenant="da-nang")

    assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_chain_ends_when_the_tree_has_a_circle() -> None:
    assert chain("a", {"a": "b", "b": "a"}) == ["b", "a"]


def test_validity_ends_before_its_last_date_when_asked() -> None:
    assert is_valid_at(date(2025, 7, 1), date(2026, 7, 1), date(2026, 6, 30))
    assert not is_valid_at(date(2025, 7, 1), date(2026, 7, 1), date(2026, 7, 1))


def test_a_name_that_says_its_kind_is_not_told_twice() -> None:
    assert str(Unit(kind="Phường", name="Phường Bến Sậy")) == "Phường Bến Sậy"
    assert str(Unit(kind="Phường", name="Bến Sậy")) == "Phường Bến Sậy"
