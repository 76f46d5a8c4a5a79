# SPDX-License-Identifier: Apache-2.0
"""What sources tell the broker about a sensed thing: its name, place, source, period and whom to call."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import connection

from dothi.broker.model import Instance, Write
from dothi.foundation import outbox
from dothi.places import door as places
from dothi.sources.core.mapping_names import iri
from dothi.sources.models import Device


def attributes(device: Device) -> dict[str, dict[str, Instance | None]]:
    """The attributes of docs/house.md by IRI; None removes one that no longer holds."""
    source = device.source
    phone, person = source.contact_phone, source.contact_name
    retired = source.retired_at is not None or device.state == "retired"
    state = "retired" if retired else "muted" if source.muted_at else device.state
    wanted: dict[str, Instance | None] = {
        iri("name"): {"type": "Property", "value": device.name or device.key},
        iri("source"): {"type": "Property", "value": source.slug},
        iri("reportingPeriod"): {
            "type": "Property",
            "value": device.period or source.period,
            "unitCode": "SEC",
        },
        iri("contactPoint"): {"type": "JsonProperty", "json": {"name": person, "phone": phone}}
        if person or phone
        else None,
        iri("status"): {"type": "Property", "value": state} if state in {"muted", "retired"} else None,
        iri("unpublished"): None if source.public else {"type": "Property", "value": True},
        iri("simulated"): {"type": "Property", "value": True} if source.simulated else None,
    }
    if device.lon is not None and device.lat is not None:
        point: dict[str, Any] = {"type": "Point", "coordinates": [device.lon, device.lat]}
        wanted[iri("location")] = {"type": "GeoProperty", "value": point}
    return {name: {"": instance} for name, instance in wanted.items()}


def scopes(device: Device) -> list[str]:
    unit_id = device.unit_id or device.source.unit_id
    return [places.scope_of(unit_id)] if unit_id else []


def publish(device: Device, *, displaced: bool = False) -> None:
    """Say in the caller's transaction what is now known of a device; waiting ones are not spoken of.

    `displaced`: it had a place and has none any more.
    """
    if device.state == "waiting" or not device.entity_id:
        return
    type_ = device.entity_type or "Device"
    known = attributes(device)
    if displaced:
        known[iri("location")] = {"": None}
    write = Write(
        verb="describe",
        id=device.entity_id,
        tenant=device.tenant,
        types=[iri(type_)],
        scopes=scopes(device),
        attrs=known,
        origin=f"sources:{device.source.slug}",
    )
    with connection.cursor() as cursor:
        outbox.put(cursor, tenant=device.tenant, topic="entity.observe", payload=msgspec.to_builtins(write))
