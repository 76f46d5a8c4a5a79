# SPDX-License-Identifier: Apache-2.0
"""The demo city in Django's rooms: planted twice it stands once, and it goes without trace."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from dothi.cityhall import demo_planting as planting
from dothi.connectors.demo import city
from dothi.documents import door as documents
from dothi.foundation.settings import Settings, load
from dothi.identity.models import Account, Organisation
from dothi.ledger.door import acting
from dothi.places import door as places
from dothi.places.models import Unit
from dothi.sources import door as sources
from dothi.sources.models import Device, Source


@pytest.fixture
def settings(tmp_path: Path, pages_owner: str) -> Settings:
    (tmp_path / "secrets").mkdir()
    return load({}, data_dir=str(tmp_path), database_url=pages_owner)


def test_city_stands_once_when_planted_twice(db: None, settings: Settings) -> None:
    scopes = planting.plant(settings)
    logins = planting.logins(settings)

    again = planting.plant(settings)

    made = city.make()
    assert again == scopes
    assert scopes["phuong-01"] == "/lac-giang/lac-giang-phuong-01"
    assert planting.logins(settings) == logins
    assert set(logins) == {source.slug for source in made.sources}
    assert stat.S_IMODE(planting.logins_file(settings).stat().st_mode) == 0o600
    assert Unit.objects.count() == 1 + 2 + len(made.plan.wards)
    assert len(places.tree_at(date(2026, 1, 1)).units) == 1 + len(made.plan.wards)
    assert sorted(places.predecessors("lac-giang-phuong-01")) == [
        "lac-giang-phuong-01-dong",
        "lac-giang-phuong-01-tay",
    ]
    assert [one.heirs for one in places.search("cho cu tay")] == [("lac-giang-phuong-01",)]
    assert not places.calendar("lac-giang-phuong-01").is_working(date(2026, 12, 18))
    assert Source.objects.filter(simulated=True).count() == len(made.sources)
    assert set(Device.objects.values_list("entity_id", flat=True)) == {sensor.id for sensor in made.sensors}


def test_gateway_is_given_a_new_login_when_its_own_was_lost(db: None, settings: Settings) -> None:
    planting.plant(settings)
    lost = planting.logins(settings)
    planting.logins_file(settings).unlink()

    planting.plant(settings)

    assert set(planting.logins(settings)) == set(lost)
    assert planting.logins(settings) != lost
    assert Device.objects.count() == 300


def test_city_goes_without_trace_when_forgotten_and_other_data_stays(db: None, settings: Settings) -> None:
    places.put_units(units=[places.NewUnit(id="46", kind="Thành phố", name="Huế")])
    source, _ = sources.add_source(tenant="", name="Trạm mưa Huế", way="mqtt", period=300, unit="46")
    device, _ = sources.add_device(source, key="mua-1", kind="rain")
    planting.plant(settings)

    planting.forget(settings)

    assert list(Unit.objects.values_list("id", flat=True)) == ["46"]
    assert list(Source.objects.values_list("slug", flat=True)) == [source.slug]
    assert list(Device.objects.values_list("pk", flat=True)) == [device.pk]
    assert planting.logins(settings) == {}
    assert not Account.objects.exists()
    assert not Organisation.objects.exists()


def test_officers_hold_posts_and_none_can_come_in_when_planted(db: None, settings: Settings) -> None:
    planting.plant(settings)

    found = Account.objects.filter(login__startswith="demo.")
    assert sorted(p for one in found for p in one.posts.values_list("position", flat=True)) == [
        "auditor", "counter_officer", "operations_chief", "ward_head", "ward_officer", "ward_officer",
    ]  # fmt: skip
    assert not any(one.has_usable_password() for one in found)


def _told() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor, act FROM ledger.record WHERE object = %s ORDER BY id", [planting.DEMO])
        return cursor.fetchall()


def test_names_of_the_city_say_its_kind_once_when_planted(db: None, settings: Settings) -> None:
    planting.plant(settings)

    offices = {key.name for key in documents.key_list()} | set(
        Organisation.objects.values_list("name", flat=True)
    )

    assert offices == {"Ủy ban nhân dân Thành phố Lạc Giang (mô phỏng)"}


def test_ledger_tells_of_the_city_as_a_whole_when_planted_and_forgotten(db: None, settings: Settings) -> None:
    with acting("operator:seed"):
        planting.plant(settings)
        planting.forget(settings)
        planting.note_erased(300)

    assert _told() == [
        ("operator:seed", f"cityhall.act.{act}") for act in ("demo_planted", "demo_removed", "demo_erased")
    ]
