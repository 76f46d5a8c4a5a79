# SPDX-License-Identifier: Apache-2.0
"""What a demo device sends by MQTT: one flat JSON object on `<source>/<device>/up`, as plain devices do."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from dothi.connectors.demo.city import Sensor
from dothi.connectors.demo.entities import iso, number
from dothi.connectors.demo.series import World


def topic(sensor: Sensor) -> str:
    return f"{sensor.source}/{sensor.device}/up"


def message(world: World, sensor: Sensor, at: float) -> bytes | None:
    """The payload of the reading of one instant; None when the device's gateway is dead."""
    t = np.array([at])
    if world.silent(sensor, t)[0]:
        return None
    columns = world.values(sensor, t)
    body: dict[str, Any] = {"t": iso(at)}
    body |= {q.term: number(columns[q.term][0], q.decimals) for q in sensor.kind.quantities}
    if sensor.route is not None:
        body["lon"], body["lat"] = world.positions(sensor, t)[0]
    return msgspec.json.encode(body)
