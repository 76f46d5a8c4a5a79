# SPDX-License-Identifier: Apache-2.0
"""The demo city as the broker gets it: expanded, marked, described."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec

from dothi.connectors.demo import city, entities, mapping
from dothi.connectors.demo.payload import message, topic
from dothi.connectors.demo.series import World
from dothi.connectors.demo.weather import at_local
from dothi.foundation import clock

ANCHOR = date(2026, 11, 23)
NOW = at_local(ANCHOR, 18)
WORLD = World(city.make(), ANCHOR)
SCOPES = {ward.code: f"/lac-giang/{ward.code}" for ward in WORLD.city.plan.wards}


def test_every_entity_is_marked_as_simulated_and_has_a_place_when_made() -> None:
    made = WORLD.city
    writes = [
        *entities.features(made, SCOPES),
        *entities.assets(made, SCOPES),
        *entities.sensors(WORLD, SCOPES, NOW),
    ]

    assert len({write.id for write in writes}) == len(writes)
    assert [w.id for w in writes if w.attrs[entities.iri("simulated")][""] != entities.prop(True)] == []
    assert [w.id for w in writes if entities.LOCATION not in w.attrs] == []
    assert {scope for w in writes for scope in w.scopes or []} <= set(SCOPES.values())
    msgspec.json.encode(writes)


def test_sensor_is_described_with_whom_to_call_when_told_to_the_broker() -> None:
    sensor = WORLD.city.sensors[0]

    attrs = entities.sensor_attributes(sensor)

    assert attrs == {
        entities.iri("name"): {"": entities.prop("Trạm không khí Chợ Cũ")},
        entities.LOCATION: {"": entities.geo(entities.point(sensor.lonlat))},
        entities.iri("source"): {"": entities.prop("demo-environment")},
        entities.iri("reportingPeriod"): {"": entities.prop(300, "SEC")},
        entities.iri("contactPoint"): {
            "": {"type": "JsonProperty", "json": {"name": "Nguyễn Thị Hà", "phone": "0900 000 011"}}
        },
        entities.iri("simulated"): {"": entities.prop(True)},
    }


def test_times_are_written_as_the_house_writes_them_when_told() -> None:
    at = datetime(2026, 11, 23, 10, 0, 0, 250_000, tzinfo=UTC)

    assert entities.iso(at.timestamp()) == clock.iso(at)
    assert entities.iso(float(int(at.timestamp()))) == clock.iso(at.replace(microsecond=0))


def test_newest_reading_is_within_a_period_when_the_gateway_lives() -> None:
    late = {}
    for write, sensor in zip(entities.sensors(WORLD, SCOPES, NOW), WORLD.city.sensors, strict=True):
        term = entities.iri(sensor.kind.quantities[0].term)
        instance = write.attrs[term][""]
        assert instance
        age = NOW - clock.parse(instance["observedAt"]).timestamp()
        if age > sensor.kind.period:
            late[sensor.id] = sensor.source

    assert set(late.values()) == {city.DEAD_SOURCE}


def test_message_carries_what_the_mapping_reads_when_sent() -> None:
    for source in WORLD.city.sources:
        rules = mapping.mapping(source)
        for sensor in (s for s in WORLD.city.sensors if s.source == source.slug):
            body = message(WORLD, sensor, NOW)
            if source.slug == city.DEAD_SOURCE:
                assert body is None
                continue
            assert body is not None
            sent = set(msgspec.json.decode(body))
            wanted = (
                {q.term for q in sensor.kind.quantities} | {"t"} | ({"lon", "lat"} if sensor.route else set())
            )
            assert sent == wanted
            assert wanted - {"t", "lon", "lat"} <= {rule.path for rule in rules.attributes}
            assert topic(sensor).split("/")[0] == source.slug
