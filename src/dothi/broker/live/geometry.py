# SPDX-License-Identifier: Apache-2.0
"""GET /live/geometry: streets, water, parks and other things with an extent, as GeoJSON for the map's ground."""

from __future__ import annotations

from typing import Any

from dothi.broker.live import state
from dothi.broker.live.answer import Send, send_json
from dothi.broker.live.hub import Hub, Wish
from dothi.broker.live.port import Viewer

LAYERS = {
    "road": {"Road", "Bridge"},
    "street": {"RoadSegment", "Street"},
    "water": {"River", "Canal", "WaterBody", "Waterway", "Lake"},
    "park": {"Park", "Garden", "GreenSpace", "FlowerBed"},
}
_LAYER_OF = {type_: layer for layer, types in LAYERS.items() for type_ in types}
_MINOR_STREETS = {"residential", "service", "footway", "local"}


def feature(thing: dict[str, Any]) -> dict[str, Any]:
    """One thing of the ground; `layer` says how it is drawn, "other" for what has no drawing of its own."""
    layer = _LAYER_OF.get(thing.get("type", ""), "other")
    words = {one.get("v") for one in thing["attrs"].values() if isinstance(one.get("v"), str)}
    if layer in {"road", "street"}:
        layer = "street" if words & _MINOR_STREETS else "road"
    return {
        "type": "Feature",
        "geometry": thing["geometry"],
        "properties": {
            "id": thing["id"],
            "type": thing.get("type", ""),
            "layer": layer,
            "name": thing.get("name") or "",
        },
    }


async def answer(hub: Hub, viewer: Viewer, send: Send) -> None:
    await state.ready(hub)
    things = hub.things(Wish(tenant=viewer.tenant, reach=viewer.reach))
    features = [feature(thing) for thing in things if thing.get("geometry")]
    await send_json(send, {"type": "FeatureCollection", "features": features})
