# SPDX-License-Identifier: Apache-2.0
"""The demo city as broker entities: map features, assets, and the first state of each sensor.

`simulated` stands on every one of them. Names are expanded here once; the broker never sees short terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from dothi.broker.model import Instance, Write
from dothi.connectors.demo import names
from dothi.connectors.demo.city import Asset, City, Contact, Sensor
from dothi.connectors.demo.plan import geojson
from dothi.connectors.demo.series import World, times

DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"
LOCATION = "https://uri.etsi.org/ngsi-ld/location"
PROGRESS = "urn:ngsi-ld:SeedProgress:demo"
MARK = f"{names.CITY_CODE}-"
ORIGIN = "demo"


def iri(term: str) -> str:
    return LOCATION if term == "location" else DEFAULT + term


def prop(value: Any, unit_code: str = "", observed_at: str = "") -> Instance:
    """A Property; empty unit and time are left out."""
    instance: Instance = {"type": "Property", "value": value}
    if unit_code:
        instance["unitCode"] = unit_code
    if observed_at:
        instance["observedAt"] = observed_at
    return instance


def geo(value: dict[str, Any], observed_at: str = "") -> Instance:
    return {**prop(value, "", observed_at), "type": "GeoProperty"}


def attributes(**terms: Instance) -> dict[str, dict[str, Instance | None]]:
    return {iri(term): {"": instance} for term, instance in terms.items()}


def point(lonlat: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(lonlat)}


def contact_point(contact: Contact) -> Instance:
    return {"type": "JsonProperty", "json": {"name": contact.name, "phone": contact.phone}}


def iso(t: float) -> str:
    """The fixed text of an epoch second, as `clock.iso` writes it."""
    return str(np.datetime64(round(t * 1_000_000), "us")) + "Z"


def features(city: City, scopes: dict[str, str]) -> Iterator[Write]:
    """Roads, bridges, water and parks, so that the map is drawn from the broker. `scopes`: ward code -> scope."""
    for street in city.streets:
        middle = street.line.interpolate(0.5, normalized=True)
        yield _write(
            f"urn:ngsi-ld:RoadSegment:{MARK}{street.code}", "RoadSegment", scopes[city.plan.ward_at(middle.x, middle.y).code],
            attributes(name=prop(street.name), category=prop(street.level), totalLaneNumber=prop(street.lanes),
                       location=geo(geojson(street.line)), simulated=prop(True)),
        )  # fmt: skip
    for area in city.plan.areas:
        kind = "Park" if area.kind == "park" else "WaterBody"
        middle = area.shape.representative_point()
        yield _write(
            f"urn:ngsi-ld:{kind}:{MARK}{area.code}", kind, scopes[city.plan.ward_at(middle.x, middle.y).code],
            attributes(name=prop(area.name), category=prop(area.kind), location=geo(geojson(area.shape)),
                       simulated=prop(True)),
        )  # fmt: skip


def assets(city: City, scopes: dict[str, str]) -> Iterator[Write]:
    for asset in city.assets:
        yield _write(asset.id, asset.type, scopes[asset.ward], asset_attributes(asset))


def asset_attributes(asset: Asset) -> dict[str, dict[str, Instance | None]]:
    return attributes(
        name=prop(asset.name),
        location=geo(point(asset.lonlat)),
        contactPoint=contact_point(asset.contact),
        simulated=prop(True),
    )


def sensors(world: World, scopes: dict[str, str], now: float) -> Iterator[Write]:
    """Each sensor with its description and its newest reading before `now`."""
    for sensor in world.city.sensors:
        last = readings(world, sensor, now - sensor.kind.period, now)
        last = last or readings(world, sensor, now - 2 * 86_400, now)[-1:]
        attrs = sensor_attributes(sensor)
        if sensor.route is not None and last:
            attrs.pop(LOCATION)
        for _, found in last:
            attrs |= found
        # Recorded data: it is not late because it is planted today.
        write = _write(sensor.id, sensor.kind.type, scopes[sensor.ward], attrs)
        yield msgspec.structs.replace(write, backfill=True)


def described(world: World, scopes: dict[str, str]) -> Iterator[Write]:
    """Each sensor before it has said anything."""
    for sensor in world.city.sensors:
        yield _write(sensor.id, sensor.kind.type, scopes[sensor.ward], sensor_attributes(sensor))


def sensor_attributes(sensor: Sensor) -> dict[str, dict[str, Instance | None]]:
    return attributes(
        name=prop(sensor.name),
        location=geo(point(sensor.lonlat)),
        source=prop(sensor.source),
        reportingPeriod=prop(sensor.kind.period, "SEC"),
        contactPoint=contact_point(sensor.contact),
        simulated=prop(True),
    )


def readings(
    world: World, sensor: Sensor, start: float, end: float
) -> list[tuple[float, dict[str, dict[str, Instance | None]]]]:
    """What the sensor said in [start, end), oldest first, as attributes."""
    t = times(sensor, start, end)
    t = t[world.silent(sensor, t) == 0]
    columns = world.values(sensor, t)
    places = world.positions(sensor, t) if sensor.route is not None else []
    out = []
    for n, at in enumerate(t):
        stamp = iso(float(at))
        attrs: dict[str, dict[str, Instance | None]] = {
            iri(q.term): {"": prop(number(columns[q.term][n], q.decimals), q.unit_code, stamp)}
            for q in sensor.kind.quantities
        }
        if places:
            attrs[LOCATION] = {"": geo(point(places[n]), stamp)}
        out.append((float(at), attrs))
    return out


def number(value: float, decimals: int) -> float | int:
    """A whole number where the device shows no decimals, as devices send it."""
    return round(float(value), decimals) if decimals else int(value)


def _write(id: str, type: str, scope: str, attrs: dict[str, dict[str, Instance | None]]) -> Write:  # noqa: A002 - names of the standard
    return Write(verb="upsert_update", id=id, types=[iri(type)], scopes=[scope], attrs=attrs, origin=ORIGIN)
