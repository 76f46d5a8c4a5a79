# SPDX-License-Identifier: Apache-2.0
"""The demo city in Django's rooms: units, sources, devices and the logins of its gateways.

Every step can be repeated.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from django.db import connection, transaction

from dothi.cityhall.folders import own
from dothi.connectors.demo import city, mapping, names
from dothi.connectors.demo.devices import Login
from dothi.connectors.demo.plan import geojson, halves
from dothi.documents import door as documents
from dothi.foundation.settings import Settings
from dothi.foundation.sql import queries
from dothi.identity import door as identity
from dothi.ledger.door import note
from dothi.places import door as places
from dothi.sources import door as sources

TENANT = ""
DEMO = f"demo:{names.CITY_CODE}"
COMMITTEE = f"Ủy ban nhân dân {names.CITY} (mô phỏng)"
BEGINNING = date(2025, 7, 1)
"""The day of the two-level system."""
_SQL = queries(files("dothi.cityhall").joinpath("demo.sql"))


def logins_file(settings: Settings) -> Path:
    return settings.data_path / "secrets" / "demo_gateways.json"


def logins(settings: Settings) -> dict[str, Login]:
    """The logins of the gateways by source; empty when nothing is planted."""
    file = logins_file(settings)
    if not file.exists():
        return {}
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Login])


@contextmanager
def _acting() -> Iterator[None]:
    """One transaction in our tenant, as a page has it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            identity.enter_tenant(cursor, TENANT)
        yield


def note_erased(entities: int) -> None:
    """True erasure is an act of its own in the ledger (house decision 5)."""
    with _acting():
        note("cityhall.act.demo_erased", DEMO, entities=entities)


def unit_id(code: str) -> str:
    return f"{names.CITY_CODE}-{code}"


def plant_units(made: city.City) -> dict[str, str]:
    """Put the city and its wards; returns the scope of each ward by its code."""
    units = [
        places.NewUnit(
            id=names.CITY_CODE,
            kind="Thành phố",
            name=names.CITY,
            simulated=True,
            valid_from=date(2010, 1, 1),
            boundary=geojson(made.plan.outline),
        )
    ]
    units += [
        places.NewUnit(
            id=unit_id(ward.code), kind="Phường", name=ward.name, parent=names.CITY_CODE, code=ward.code[-2:],
            simulated=True, boundary=geojson(ward.shape),
        )
        for ward in made.plan.wards
    ]  # fmt: skip
    places.put_units(units=units, tenant=TENANT)
    _plant_history(made)
    return {ward.code: places.scope_of(unit_id(ward.code)) for ward in made.plan.wards}


def _plant_history(made: city.City) -> None:
    """The first ward was two until the districts went; the city's calendar has a day of its own."""
    ward = made.plan.wards[0]
    first, second = (f"{unit_id(ward.code)}-{half}" for half in ("tay", "dong"))
    for unit, side, shape in zip((first, second), names.FORMER_WARDS, halves(ward.shape), strict=True):
        if unit in places.tree_at(date(2025, 6, 30)):
            continue
        former = places.NewUnit(
            id=unit, kind="Phường", name=side, parent=names.CITY_CODE, simulated=True,
            valid_from=date(2010, 1, 1), valid_to=BEGINNING, boundary=geojson(shape),
        )  # fmt: skip
        places.put_units(units=[former], tenant=TENANT)
    places.replace_units(
        kind="merge", day=BEGINNING, before=[first, second], after=[unit_id(ward.code)], tenant=TENANT,
        basis="Nghị quyết mô phỏng 01/NQ-LG",
    )  # fmt: skip
    festival = date(BEGINNING.year + 1, 12, 18)
    if places.calendar(names.CITY_CODE).is_working(festival):
        places.set_day(
            day=festival, kind="off", reason="Ngày hội sông Lạc (mô phỏng)", unit=names.CITY_CODE,
            decision="Quyết định mô phỏng 12/QĐ-LG", tenant=TENANT,
        )  # fmt: skip


def _plant_source(made: city.City, source: city.Source) -> Login:
    sensors = [sensor for sensor in made.sensors if sensor.source == source.slug]
    row, _ = sources.add_source(
        tenant=TENANT, slug=source.slug, name=source.name, way="mqtt", period=sensors[0].kind.period,
        unit=names.CITY_CODE, contact_name=source.contact.name, contact_phone=source.contact.phone,
        mapping=msgspec.to_builtins(mapping.mapping(source)), simulated=True,
    )  # fmt: skip
    login: Login | None = None
    for sensor in sensors:
        lon, lat = sensor.lonlat if sensor.route is None else (None, None)
        device, password = sources.add_device(
            row, key=sensor.device, name=sensor.name, kind=sensor.kind.key, entity_id=sensor.id,
            entity_type=sensor.kind.type, unit=unit_id(sensor.ward), lon=lon, lat=lat, period=sensor.kind.period,
            topics=None if login else mapping.gateway_topics(source),
        )  # fmt: skip
        assert device.username
        login = login or Login(device.username, password)
    assert login
    return login


def keep_logins(settings: Settings, found: dict[str, Login]) -> None:
    file = logins_file(settings)
    part = file.with_suffix(".part")
    body = msgspec.json.encode(found)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        sink.write(body)
    own(part, 0o600)
    part.rename(file)


def _plant_documents() -> None:
    """A few papers signed with the marked demo key, one revoked and one replaced; a message, and an address."""
    if any(key.name == COMMITTEE for key in documents.key_list()):
        return
    unit = unit_id(city.make().plan.wards[0].code)
    key = documents.make_demo_key(name=COMMITTEE, organisation=names.CITY, unit=unit)

    def sign(number: int, kind: str, title: str, **more: Any) -> documents.SignedDocument:
        paper = documents.Paper(
            organisation=COMMITTEE, title=kind, number=f"Số: {number}/UBND (mô phỏng)",
            text=["Nội dung mô phỏng, chỉ để xem cách hệ thống ký và kiểm tra văn bản."],
            fields=[("Về việc", title), ("Nơi cấp", COMMITTEE)],
        )  # fmt: skip
        return documents.sign(title=title, kind=kind, key=key, paper=paper, by="demo", **more)[0]

    sign(12, "Giấy xác nhận cư trú", "Xác nhận cư trú, hồ sơ mô phỏng 0012")
    old = sign(13, "Thông báo lịch hẹn", "Hẹn trả kết quả, hồ sơ mô phỏng 0013")
    sign(14, "Thông báo lịch hẹn", "Hẹn trả kết quả, hồ sơ mô phỏng 0013 (bản mới)", replaces=old)
    wrong = sign(15, "Giấy xác nhận cư trú", "Xác nhận cư trú, hồ sơ mô phỏng 0015")
    documents.revoke(document=wrong, reason="error", words="Ghi sai ngày (mô phỏng)", by="demo")
    documents.code_for(
        channel="sms",
        text="Ngày mai phường cắt nước từ 8 giờ đến 11 giờ để sửa ống (mô phỏng).",
        subject="Lịch cắt nước ngày mai (mô phỏng)",
        recipient="demo",
        organisation=COMMITTEE,
        unit=unit,
    )


def _plant_officers() -> None:
    """Officers who hold posts; they come in once somebody invites them, so no login of the demo is known."""
    wards = [unit_id(ward.code) for ward in city.make().plan.wards]
    for login, name, position, unit in (
        ("demo.hoa", "Trần Thị Hoa", "ward_head", wards[0]),
        ("demo.binh", "Nguyễn Văn Bình", "ward_officer", wards[0]),
        ("demo.chi", "Lê Minh Chi", "ward_officer", wards[1]),
        ("demo.dung", "Hoàng Văn Dũng", "operations_chief", ""),
        ("demo.em", "Phạm Thị Em", "auditor", ""),
        ("demo.giang", "Võ Hương Giang", "counter_officer", wards[1]),
    ):
        identity.plant_officer(
            login=login, name=f"{name} (mô phỏng)", position=position, unit=unit, since=BEGINNING,
            organisation=COMMITTEE, tenant=TENANT,
        )  # fmt: skip


def plant(settings: Settings) -> dict[str, str]:
    """Units, sources and logins, in Django's database; returns the scopes of the wards."""
    made = city.make()
    with _acting():
        scopes = plant_units(made)
        _plant_documents()
        _plant_officers()
        wanted = {source.slug for source in made.sources}
        planted = {row["source"].slug for row in sources.source_list(datetime.now(UTC))}
        if wanted <= planted and wanted == set(logins(settings)):
            return scopes
        # Killed in between, or a login was lost: passwords are kept as hashes only, so all are made anew.
        sources.remove_simulated_sources()
        found = {source.slug: _plant_source(made, source) for source in made.sources}
        note("cityhall.act.demo_planted", DEMO, sources=len(made.sources), devices=len(made.sensors))
    keep_logins(settings, found)
    return scopes


def forget(settings: Settings) -> None:
    """Take units, sources, devices, logins and what still waits in the outbox away."""
    with _acting():
        gone = sources.remove_simulated_sources()
        units = places.remove_simulated_units()
        identity.remove_planted_officers(prefix="demo.")
        note("cityhall.act.demo_removed", DEMO, sources=gone, units=units)
    logins_file(settings).unlink(missing_ok=True)
    with psycopg.connect(settings.database_url) as writer:
        writer.execute(_SQL["forget_waiting"].encode(), {"mark": f"%{names.CITY_CODE}-%"})
