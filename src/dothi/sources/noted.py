# SPDX-License-Identifier: Apache-2.0
"""What the ledger is told of sources and devices, in the transaction of the act.

Names and phones of people stay out: the ledger can never forget them. A simulated city is noted as a whole by those who
plant it, not by each of its thousand devices.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from dothi.ledger.door import note
from dothi.sources.models import Device, Source


def _mark(mapping: Any) -> str:
    """Which mapping it is, without its whole text."""
    return hashlib.sha256(msgspec.json.encode(mapping, order="sorted")).hexdigest()


def source_noted(act: str, source: Source, **details: Any) -> None:
    """Record an act on a source. The mapping is told by its SHA-256."""
    if not source.simulated:
        details["mapping_sha256"] = _mark(source.mapping)
        note(act, f"source:{source.slug}", tenant=source.tenant, id=source.pk, **details)


def device_noted(act: str, device: Device) -> None:
    """Record an act on a device, with what it is and where it stands after it."""
    if device.source.simulated:
        return
    note(
        act,
        f"device:{device.source.slug}/{device.key}",
        tenant=device.tenant,
        id=device.pk,
        kind=device.kind,
        entity=device.entity_id,
        unit=device.unit_id,
        place=None if device.lon is None else f"{device.lat} {device.lon}",
        period=device.period,
        state=device.state,
    )
