# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from dothi.identity.door import Reach
from dothi.identity.door import entered as within
from dothi.places import door as places
from dothi.sources import actions, errors
from dothi.sources.core.keys import key_is_right
from dothi.sources.core.mapping_names import iri
from dothi.sources.models import Device, Refusal, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Source:
    places.put_units(
        units=[
            places.NewUnit(id="46", kind="Thành phố", name="Huế"),
            places.NewUnit(id="46-1", kind="Phường", name="Thuận Hoá", parent="46"),
        ]
    )
    made, _ = actions.add_source(
        tenant="",
        name="Trạm mưa",
        way="mqtt",
        period=300,
        unit="46",
        contact_name="Bình",
        contact_phone="0912345678",
    )
    return made


def _told() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT topic, payload FROM outbox.event ORDER BY id")
        rows = cursor.fetchall()
    assert {topic for topic, _ in rows} <= {"entity.observe"}
    return [payload if isinstance(payload, dict) else json.loads(payload) for _, payload in rows]


def test_add_device_tells_the_broker_what_it_is_when_added(source: Source) -> None:
    device, password = actions.add_device(
        source,
        key="tram-01",
        name="Cầu Trường Tiền",
        kind="rain",
        unit="46-1",
        lon=107.59,
        lat=16.47,
        period=60,
    )

    assert key_is_right(password, device.password_hash)
    assert device.topics == ["tram-mua/tram-01/#"]
    (told,) = _told()
    assert told == {
        "verb": "describe",
        "id": "urn:ngsi-ld:WeatherObserved:tram-mua:tram-01",
        "types": [iri("WeatherObserved")],
        "scopes": ["/46/46-1"],
        "origin": "sources:tram-mua",
        "attrs": {
            iri("name"): {"": {"type": "Property", "value": "Cầu Trường Tiền"}},
            iri("source"): {"": {"type": "Property", "value": "tram-mua"}},
            iri("reportingPeriod"): {"": {"type": "Property", "value": 60, "unitCode": "SEC"}},
            iri("contactPoint"): {
                "": {"type": "JsonProperty", "json": {"name": "Bình", "phone": "0912345678"}}
            },
            iri("status"): {"": None},
            iri("unpublished"): {"": None},
            iri("simulated"): {"": None},
            iri("location"): {
                "": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [107.59, 16.47]}}
            },
        },
    }


def test_mute_marks_every_device_when_a_source_is_muted(source: Source) -> None:
    actions.add_device(source, key="a")
    actions.add_device(source, key="b")

    actions.set_muted(source, muted=True)
    actions.set_muted(source, muted=False)

    marks = [told["attrs"][iri("status")][""] for told in _told()]
    muted = {"type": "Property", "value": "muted"}
    assert marks == [None, None, muted, muted, None, None]


def test_accept_device_gives_it_an_entity_when_it_waited(source: Source) -> None:
    seen = Device.objects.create(source=source, key="la-1")
    assert _told() == []

    device = actions.accept_device(seen, name="Trạm lạ", kind="air")

    assert (device.state, device.entity_id) == ("accepted", "urn:ngsi-ld:AirQualityObserved:tram-mua:la-1")
    assert [told["id"] for told in _told()] == [device.entity_id]
    with pytest.raises(errors.NotPossible):
        actions.accept_device(device)


def test_retire_ends_keys_and_devices_when_done(source: Source) -> None:
    device, _ = actions.add_device(source, key="a")
    Device.objects.create(source=source, key="waits")

    actions.retire(source)

    device.refresh_from_db()
    source.refresh_from_db()
    assert (device.state, device.password_hash, source.token_hash) == ("retired", "", "")
    assert not source.devices.filter(key="waits").exists()
    assert _told()[-1]["attrs"][iri("status")] == {"": {"type": "Property", "value": "retired"}}
    with pytest.raises(errors.NotPossible):
        actions.rotate_key(source)


def test_rotate_key_makes_the_old_one_worthless_when_done(source: Source) -> None:
    first = actions.rotate_key(source)
    second = actions.rotate_key(source)

    assert not key_is_right(first, source.token_hash)
    assert key_is_right(second, source.token_hash)


def test_add_source_names_each_wrong_field_when_refused() -> None:
    with pytest.raises(errors.RefusedForm) as caught:
        actions.add_source(tenant="", name="", way="fax", period=None, contact_phone="12")

    assert set(caught.value.fields) == {"name", "way", "period", "contact_phone"}


def test_remove_simulated_leaves_real_sources_when_purged(source: Source) -> None:
    fake, _ = actions.add_source(tenant="", name="Giả", way="mqtt", period=60, simulated=True)
    actions.add_device(fake, key="x")
    Refusal.objects.create(source_id=fake.pk, way="mqtt", reason="bad")

    assert actions.remove_simulated_sources() == ["gia"]
    assert list(Source.objects.values_list("slug", flat=True)) == ["tram-mua"]
    assert (Device.objects.count(), Refusal.objects.count()) == (0, 0)


def _types() -> list[list[str]]:
    return [told["types"] for told in _told()]


def test_device_is_of_the_sources_type_when_accepted_without_a_kind(source: Source) -> None:
    actions.change_mapping(source, mapping={"device": "id", "type": "NoiseLevelObserved", "rest": {}})
    seen = Device.objects.create(source=source, key="on-1")

    device = actions.accept_device(seen)

    assert (device.kind, device.entity_type) == ("noise", "NoiseLevelObserved")
    assert device.entity_id == "urn:ngsi-ld:NoiseLevelObserved:tram-mua:on-1"


def test_entity_keeps_its_id_and_changes_its_type_when_the_kind_is_corrected(source: Source) -> None:
    device = actions.accept_device(Device.objects.create(source=source, key="la-1"))
    before = device.entity_id

    for kind in ("air", "WaterQualityObserved"):
        actions.map_device(device, name="", kind=kind, lon=None, lat=None, unit=None, period=None)

    assert device.entity_id == before
    assert _types() == [[iri("Device")], [iri("AirQualityObserved")], [iri("WaterQualityObserved")]]


def test_entity_is_named_by_the_sources_template_when_accepted(source: Source) -> None:
    mapping = {
        "topics": ["hue/{site}/{device}"],
        "entity_id": "urn:ngsi-ld:{type}:{site}-{device}",
        "rest": {},
    }
    actions.change_mapping(source, mapping=mapping)
    seen = Device.objects.create(source=source, key="a", last_topic="hue/bac/a")
    silent = Device.objects.create(source=source, key="b")

    assert actions.accept_device(seen, kind="rain").entity_id == "urn:ngsi-ld:WeatherObserved:bac-a"
    assert actions.accept_device(silent, kind="rain").entity_id == "urn:ngsi-ld:WeatherObserved:tram-mua:b"


def test_many_are_accepted_when_chosen_at_once(source: Source) -> None:
    waiting = [Device.objects.create(source=source, key=f"w{n}") for n in range(3)]
    done, _ = actions.add_device(source, key="da-co")

    count = actions.accept_devices([*waiting, done], kind="flood", unit="46-1")

    assert count == 3
    found = source.devices.filter(key__startswith="w").values_list("entity_type", "unit_id", "state")
    assert set(found) == {("FloodMonitoring", "46-1", "accepted")}


def test_topics_follow_the_mapping_when_they_were_the_usual_ones(source: Source) -> None:
    usual, _ = actions.add_device(source, key="a")
    own, _ = actions.add_device(source, key="b", topics=["rieng/b/#"])

    actions.change_mapping(source, mapping={"topics": ["tele/{device}/{kind}"], "rest": {}})

    usual.refresh_from_db()
    own.refresh_from_db()
    assert (usual.topics, own.topics) == (["tele/a/+"], ["rieng/b/#"])


def test_gateway_loses_its_login_when_removed_or_retired(source: Source) -> None:
    first, second = actions.make_gateway(source), actions.make_gateway(source)

    assert not key_is_right(first, source.options["gateway_hash"])
    assert key_is_right(second, source.options["gateway_hash"])
    assert "gateway_hash" not in actions.remove_gateway(source).options
    actions.make_gateway(source)
    assert "gateway_hash" not in actions.retire(source).options


def test_broker_hears_that_a_device_is_retired_when_its_source_is_muted(source: Source) -> None:
    device, _ = actions.add_device(source, key="a", lon=107.59, lat=16.47)
    actions.set_muted(source, muted=True)

    actions.retire_device(device)

    assert _told()[-1]["attrs"][iri("status")] == {"": {"type": "Property", "value": "retired"}}


def test_place_leaves_the_map_when_it_is_taken_back(source: Source) -> None:
    device, _ = actions.add_device(source, key="a", lon=107.59, lat=16.47)

    actions.map_device(device, name="", kind="rain", lon=None, lat=None, unit=None, period=None)

    assert _told()[-1]["attrs"][iri("location")] == {"": None}


def test_subscription_is_corrected_when_port_and_topics_are_good(source: Source) -> None:
    kept = {"host": "mqtt.example.vn", "port": 1883, "topics": ["#"], "password": "cũ"}
    made, _ = actions.add_source(tenant="", name="Máy chủ", way="subscribe", period=60, options=kept)
    change = {"name": "Máy chủ", "period": 60, "unit": None, "contact_name": "", "contact_phone": ""}

    with pytest.raises(errors.RefusedForm) as caught:
        actions.change_source(made, **change, options=kept | {"port": None, "topics": ["a/#/b"], "host": ""})
    actions.change_source(made, **change, options=kept | {"port": 8883, "topics": ["city/#"]})

    assert set(caught.value.fields) == {"host", "port", "topic"}
    made.refresh_from_db()
    assert (made.options["port"], made.options["topics"], made.options["password"]) == (
        8883,
        ["city/#"],
        "cũ",
    )


SQUARE = {"type": "Polygon", "coordinates": [[[107, 16], [108, 16], [108, 17], [107, 17], [107, 16]]]}
BESIDE = {"type": "Polygon", "coordinates": [[[108, 16], [109, 16], [109, 17], [108, 17], [108, 16]]]}
WARD = Reach(units=frozenset({"46-1"}))


@pytest.fixture
def bordered(source: Source) -> Source:
    """The ward and its neighbour with borders; the source belongs to the ward."""
    places.put_units(
        units=[
            places.NewUnit(id="46-1", kind="Phường", name="Thuận Hoá", parent="46", boundary=SQUARE),
            places.NewUnit(id="46-2", kind="Phường", name="Phú Xuân", parent="46", boundary=BESIDE),
        ]
    )
    Source.objects.filter(pk=source.pk).update(unit_id="46-1")
    source.refresh_from_db()
    return source


@pytest.mark.parametrize(("lon", "lat"), [(108.5, 16.5), (20.0, 50.0), (108.0001, 16.5)])
def test_device_outside_the_ward_is_refused_when_a_ward_officer_enters_it(
    bordered: Source, lon: float, lat: float
) -> None:
    waiting = Device.objects.create(source=bordered, key="w", state="waiting")
    with within(WARD):
        device, _ = actions.add_device(bordered, key="in", unit="46-1", lon=107.5, lat=16.5)
        refused = []
        for act in (
            lambda: actions.add_device(bordered, key="out", unit="46-1", lon=lon, lat=lat),
            lambda: actions.accept_device(waiting, lon=lon, lat=lat),
            lambda: actions.map_device(device, name="", kind="", lon=lon, lat=lat, unit="46-1", period=None),
        ):
            with pytest.raises(errors.RefusedForm) as refusal:
                act()
            refused.append(refusal.value.fields)

    device.refresh_from_db()
    assert refused == [{"lat": "sources.place.beyond"}] * 3
    assert (device.lon, device.lat) == (107.5, 16.5)
    assert not Device.objects.filter(key="out").exists()


def test_place_that_stood_before_stays_when_a_ward_officer_changes_the_name(bordered: Source) -> None:
    device, _ = actions.add_device(bordered, key="k", unit="46-1", lon=108.5, lat=16.5)
    with within(WARD):
        actions.map_device(device, name="Mới", kind="", lon=108.5, lat=16.5, unit="46-1", period=None)

    device.refresh_from_db()
    assert (device.name, device.lon) == ("Mới", 108.5)


def test_any_place_is_taken_when_the_border_of_the_ward_is_not_known(source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(unit_id="46-1")
    source.refresh_from_db()
    with within(WARD):
        device, _ = actions.add_device(source, key="k", unit="46-1", lon=108.5, lat=16.5)

    assert device.lon == 108.5


def test_place_in_a_neighbour_with_a_border_is_refused_when_ones_own_has_none(bordered: Source) -> None:
    places.put_units(units=[places.NewUnit(id="46-3", kind="Phường", name="An Cựu", parent="46")])
    with within(Reach(units=frozenset({"46-1", "46-3"}))), pytest.raises(errors.RefusedForm):
        actions.add_device(bordered, key="k", unit="46-1", lon=108.5, lat=16.5)


def test_source_of_a_ward_waits_for_the_city_before_it_is_public_when_added(bordered: Source) -> None:
    with within(WARD):
        made, _ = actions.add_source(tenant="", name="Trạm phường", way="http", period=60, unit="46-1")
        actions.add_device(made, key="k", kind="rain", unit="46-1")
        with pytest.raises(errors.WholeCityOnly):
            actions.set_public(made, public=True)
    made.refresh_from_db()
    before = (made.public, _told()[-1]["attrs"].get(iri("unpublished")))

    actions.set_public(made, public=True)

    made.refresh_from_db()
    assert before == (False, {"": {"type": "Property", "value": True}})
    assert (made.public, _told()[-1]["attrs"][iri("unpublished")]) == (True, {"": None})
    assert bordered.public
