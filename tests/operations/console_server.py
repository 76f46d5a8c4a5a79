# SPDX-License-Identifier: Apache-2.0
"""The real console page and live endpoints over a store in memory, with an address to write to it.

Run: python -m tests.operations.console_server PORT
"""

from __future__ import annotations

import json
import mimetypes
import os
import sys
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.cityhall.django_settings")

import django

django.setup()  # before anything that reads models

import uvicorn  # noqa: E402 - models are read only after set-up
from django.template import engines  # noqa: E402 - models are read only after set-up
from django.template.loader import render_to_string  # noqa: E402 - models are read only after set-up
from tests.broker.live.memory import MemoryStore, attribute  # noqa: E402 - models are read only after set-up
from tests.tiles_made import RASTER, VECTOR, archive, mvt, png  # noqa: E402 - models are read only after set-up

from dothi.broker.door import Key  # noqa: E402 - models are read only after set-up
from dothi.broker.live.app import LiveApp  # noqa: E402 - models are read only after set-up
from dothi.cityhall.middleware import content_security_policy  # noqa: E402 - models are read only after set-up
from dothi.cityhall.rooms import Entry  # noqa: E402 - models are read only after set-up
from dothi.foundation import clock  # noqa: E402 - models are read only after set-up
from dothi.operations.web.views import page_config  # noqa: E402 - models are read only after set-up

ROOT = Path(__file__).parents[2] / "src/dothi"
STATIC = [ROOT / "operations/static", ROOT / "cityhall/static"]
POLICY = content_security_policy("").encode()
UNITS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, y], [x + size, y], [x + size, y + size], [x, y]]],
            },
            "properties": {
                "id": id_,
                "name": name,
                "scope": scope,
                "parent": parent,
                "label": [x + 0.7 * size, y + 0.3 * size],
            },
        }
        for id_, name, scope, parent, x, y, size in [
            ("lac", "Thành phố Lạc Giang", "/lac", None, 107.6, 10.9, 0.1),
            ("go-mo", "Phường Gò Mơ", "/lac/go-mo", "lac", 107.62, 10.92, 0.06),
        ]
    ],
}
PLACE = """{% extends "dothi/base_console.html" %}{% block content %}<h1>Place</h1>
<form method="post">{% include "sources/_place.html" %}</form>{% endblock %}"""
TILES = {
    "": {"url": "", "pmtiles": "", "credit": ""},
    "raster": {"url": "", "pmtiles": "/raster.pmtiles", "credit": ""},
    "vector": {"url": "", "pmtiles": "/vector.pmtiles", "credit": "Sở Xây dựng"},
}
ARCHIVES = {
    "/raster.pmtiles": archive(RASTER, png(), credit="<b>Cục Bản đồ</b>"),
    "/vector.pmtiles": archive(VECTOR, mvt()),
}
STORE = MemoryStore()
RECORDED = datetime(2021, 5, 20, 3, tzinfo=UTC)


async def verify(scope: Any, counts: object) -> Key:
    """Whoever comes may see all."""
    return Key(id="k", tenant="", operations=frozenset({"read"}))


LIVE = LiveApp(STORE, verify)


def reading(value: float, unit: str, ago: float) -> dict[str, Any]:
    return attribute(value, unitCode=unit, observedAt=clock.iso(clock.now() - timedelta(seconds=ago)))


def plant() -> None:
    """Two stations and an asset, one hour ago and now; and those that time has treated otherwise."""
    plant_living()
    plant_odd()


def plant_odd() -> None:
    """A recorded series of 2021, a muted and a retired station, one whose main value is old and another fresh."""
    old = {"name": attribute("Trạm mưa 2021"), "reportingPeriod": attribute(600)}
    for minute in range(0, 180, 10):
        STORE.write(
            "urn:rain:2021",
            old | {"precipitation": attribute(minute / 10, unitCode="MMT", observedAt=clock.iso(RECORDED + timedelta(minutes=minute)))},
            kind="updated" if minute else "created", of="WeatherObserved", scopes=["/lac/go-mo"],
        )  # fmt: skip
    hour_ago = {"at": clock.now() - timedelta(hours=1), "scopes": ["/lac/go-mo"], "of": "NoiseLevelObserved"}
    for name in ("muted", "retired"):
        said = {
            "name": attribute(f"Trạm {name}"),
            "reportingPeriod": attribute(600),
            "LAeq": reading(50, "2N", 3600),
        }
        STORE.write(f"urn:noise:{name}", said, kind="created", **hour_ago)
        STORE.write(f"urn:noise:{name}", {"status": attribute(name)}, of="NoiseLevelObserved")
    STORE.write(
        "urn:air:split",
        {"name": attribute("Trạm Lệch"), "reportingPeriod": attribute(300), "pm25": reading(999, "GQ", 1200),
         "temperature": reading(31, "CEL", 1)}, kind="created", of="AirQualityObserved", scopes=["/lac/go-mo"],
    )  # fmt: skip


def plant_living() -> None:
    for number, (name, lon) in enumerate([("Trạm Bến Sậy", 107.64), ("Trạm Gò Dầu", 107.67)]):
        described = {
            "name": attribute(name),
            "location": {
                "": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, 10.93]}}
            },
            "reportingPeriod": attribute(300),
            "source": attribute("tram-khi"),
            "contactPoint": {
                "": {"type": "JsonProperty", "json": {"name": "Lê Minh Quân", "phone": "0900 000 013"}}
            },
        }
        hour_ago = {"at": clock.now() - timedelta(hours=1), "scopes": ["/lac/go-mo"]}
        STORE.write(f"urn:air:{number}", described | {"pm25": reading(10, "GQ", 3600)}, kind="created",
                    of="AirQualityObserved", **hour_ago)  # fmt: skip
        STORE.write(
            f"urn:air:{number}",
            {"pm25": reading(20.5, "GQ", 5)},
            of="AirQualityObserved",
            scopes=["/lac/go-mo"],
        )
    STORE.write("urn:pump:1", {"name": attribute("Trạm bơm Hòa Lạc")}, kind="created", of="PumpingStation")


def page(cookies: SimpleCookie, *, tiles: str = "", place: bool = False) -> bytes:
    language = cookies["dothi_language"].value if "dothi_language" in cookies else "vi"
    theme = cookies["dothi_theme"].value if "dothi_theme" in cookies else ""
    known = {
        "language": language,
        "other_language": "en" if language == "vi" else "vi",
        "theme": theme,
        "city_name": "Thành phố Lạc Giang",
        "account": {"name": "Bình"},
        "rooms": [
            Entry("console", "/console/", is_here=True),
            Entry("sources", "/sources/", is_here=False),
        ],
        "path": "/console/",
        "simulated": True,
        "config": page_config(language) | {"tiles": TILES[tiles]},
        "given": {"lat": "", "lon": ""},
    }
    if place:
        return engines["django"].from_string(PLACE).render({**known, "path": "/sources/"}).encode()
    return render_to_string("operations/console.html", known).encode()


def write(id: str, value: float | None, fields: dict[str, Any]) -> None:  # noqa: A002 - as the tests post it
    """A reading of PM2.5 now, or none, with other attributes; the fields `gone`: deletes, `of`: its type, `unit`: of the reading."""
    gone, of, unit = (
        fields.pop("gone", False),
        fields.pop("of", "AirQualityObserved"),
        fields.pop("unit", "GQ"),
    )
    attrs = {name: attribute(one) for name, one in fields.items()}
    if value is not None:
        attrs["pm25"] = reading(value, unit, 0)
    kind = "deleted" if gone else "updated"
    STORE.write(id, attrs, kind=kind, of=of, scopes=["/lac/go-mo"])


async def body_of(receive: Any) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def answer(scope: Any, receive: Any) -> tuple[int, str, bytes]:
    path = scope["path"]
    asked = dict(scope["headers"])
    if path in {"/console/", "/place/"}:
        tiles = parse_qs(scope["query_string"].decode()).get("tiles", [""])[0]
        cookies = SimpleCookie(asked.get(b"cookie", b"").decode())
        return 200, "text/html; charset=utf-8", page(cookies, tiles=tiles, place=path == "/place/")
    if path in ARCHIVES:
        first, last = (int(part) for part in asked[b"range"].removeprefix(b"bytes=").split(b"-"))
        return 206, "application/octet-stream", ARCHIVES[path][first : last + 1]
    if path == "/console/base.geojson":
        return 200, "application/geo+json", json.dumps(UNITS).encode()
    if path == "/test/write":
        write(**json.loads(await body_of(receive)))
        return 204, "text/plain", b""
    if path.startswith("/static/"):
        file = next((root / path[8:] for root in STATIC if (root / path[8:]).is_file()), None)
        if file:
            kind = "text/javascript" if file.suffix == ".mjs" else mimetypes.guess_type(file.name)[0]
            return 200, kind or "application/octet-stream", file.read_bytes()
    return (204, "text/plain", b"") if path == "/console/ticket" else (404, "text/plain", b"")


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            plant()
            await send({"type": "lifespan.startup.complete"})
        await LIVE.close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"].startswith("/live/"):
        await LIVE(scope, receive, send)
        return
    status, kind, body = await answer(scope, receive)
    headers = [(b"content-type", kind.encode()), (b"content-security-policy", POLICY)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", timeout_graceful_shutdown=1)
