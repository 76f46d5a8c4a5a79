# SPDX-License-Identifier: Apache-2.0
"""Profiles are data: how recorded files of one kind are read and what their source is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from dothi.foundation.errors import BadInput, NotFound


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """`shape`: `rows`, one record a line, or `wide`, one column a station. `invalid`: column and the good values."""

    key: str
    name: str
    files: tuple[str, ...]
    columns: tuple[str, ...]
    """Headers that tell these files from others; of a wide table the first."""
    slug: str
    kind: str
    type: str
    period: int
    mapping: dict[str, Any]
    shape: str = "rows"
    term: str = ""
    valid: dict[str, tuple[str, ...]] = {}
    places: dict[str, tuple[float, float]] = {}


def _air(path: str, term: str, **more: Any) -> dict[str, Any]:
    return {"path": f"['{path}']", "term": term, "unit": "GQ", "kind": "number", "low": 0, **more}


PROFILES: tuple[Profile, ...] = (
    Profile(
        key="hcmc-air",
        name="Không khí TP.HCM (HealthyAir, phát lại)",
        files=("healthyair*.csv*",),
        columns=("date", "Station_No", "TSP", "PM2.5"),
        slug="replay-hcmc-air",
        kind="air",
        type="AirQualityObserved",
        period=3600,
        mapping={
            "device": "Station_No",
            "type": "AirQualityObserved",
            "time": {
                "paths": ["observedAt", "date"], "formats": ["%d-%m-%Y %H:%M", "auto"], "required": True,
            },
            "attributes": [
                _air("TSP", "tsp"), _air("PM2.5", "pm25"), _air("O3", "o3"), _air("CO", "co"),
                _air("NO2", "no2"), _air("SO2", "so2"),
                {"path": "Temperature", "term": "temperature", "unit": "CEL", "kind": "number"},
                {"path": "Humidity", "term": "relativeHumidity", "unit": "P1", "kind": "number"},
            ],
        },
    ),
    Profile(
        key="hanoi-rain",
        name="Đo mưa Hà Nội (phát lại)",
        files=("20*.xls*",),
        columns=("Ngày",),
        slug="replay-hanoi-rain",
        kind="rain",
        type="WeatherObserved",
        period=86400,
        shape="wide",
        term="precipitation",
        mapping={
            "device": "station",
            "type": "WeatherObserved",
            "time": {"paths": ["observedAt", "date"], "formats": ["%d/%m/%Y", "auto"], "required": True},
            "attributes": [
                {"path": "precipitation", "term": "precipitation", "unit": "MMT", "kind": "number", "low": 0},
            ],
        },
    ),
    Profile(
        key="hanoi-embassy",
        name="PM2.5 Đại sứ quán Hoa Kỳ, Hà Nội (phát lại)",
        files=("Hanoi_PM2.5*.csv*",),
        columns=("Site", "Parameter", "Date (LT)", "QC Name"),
        slug="replay-hanoi-embassy",
        kind="air",
        type="AirQualityObserved",
        period=3600,
        valid={"QC Name": ("Valid",)},
        mapping={
            "device": "Site",
            "type": "AirQualityObserved",
            "time": {
                "paths": ["observedAt", "['Date (LT)']"], "formats": ["%Y-%m-%d %I:%M %p", "auto"],
                "required": True,
            },
            "attributes": [
                {"path": "['Raw Conc.']", "term": "pm25", "unit": "GQ", "kind": "number"},
                {"path": "Value", "term": "pm25", "unit": "GQ", "kind": "number"},
            ],
        },
        places={"Hanoi": (105.8188, 21.0219)},
    ),
    Profile(
        key="citypulse-traffic",
        name="Giao thông Aarhus (CityPulse, phát lại)",
        files=("trafficData*.csv*",),
        columns=("status", "avgSpeed", "TIMESTAMP", "vehicleCount", "REPORT_ID"),
        slug="replay-citypulse-traffic",
        kind="traffic",
        type="TrafficFlowObserved",
        period=300,
        valid={"status": ("OK",)},
        mapping={
            "device": "REPORT_ID",
            "type": "TrafficFlowObserved",
            "time": {"paths": ["observedAt", "TIMESTAMP"], "zone": "Europe/Copenhagen", "required": True},
            "attributes": [
                # Vehicles in five minutes become vehicles an hour.
                {"path": "vehicleCount", "term": "intensity", "scale": 12, "kind": "number", "low": 0},
                {
                    "path": "avgSpeed", "term": "averageVehicleSpeed", "unit": "KMH", "kind": "number",
                    "low": 0, "high": 250,
                },
            ],
        },
    ),
    Profile(
        key="citypulse-parking",
        name="Bãi đỗ xe Aarhus (CityPulse, phát lại)",
        files=("aarhus_parking*.csv*",),
        columns=("vehiclecount", "updatetime", "totalspaces", "garagecode"),
        slug="replay-citypulse-parking",
        kind="parking",
        type="OffStreetParking",
        period=1800,
        mapping={
            "device": "garagecode",
            "type": "OffStreetParking",
            "time": {
                "paths": ["observedAt", "updatetime"], "zone": "Europe/Copenhagen", "required": True,
            },
            "attributes": [
                {"path": "vehiclecount", "term": "occupiedSpotNumber", "kind": "number", "low": 0},
                {"path": "totalspaces", "term": "totalSpotNumber", "kind": "number", "low": 0},
            ],
        },
    ),
)  # fmt: skip
BY_KEY = {profile.key: profile for profile in PROFILES}


def files_of(path: Path, profile: Profile) -> list[Path]:
    """The files at a path that the profile reads, in order of their names."""
    if path.is_file():
        return [path]
    return sorted({file for pattern in profile.files for file in path.rglob(pattern) if file.is_file()})


def choose(path: Path, key: str = "") -> tuple[Profile, list[Path]]:
    """The profile asked for, or the only one whose files stand at the path."""
    names = ", ".join(BY_KEY)
    if key and key not in BY_KEY:
        raise BadInput("connectors.replay.no_profile", path=path, profiles=names)
    if not path.exists():
        raise NotFound("connectors.replay.no_files", path=path)
    wanted = [BY_KEY[key]] if key else list(PROFILES)
    if key or path.is_dir():
        found = [(profile, files) for profile in wanted if (files := files_of(path, profile))]
    else:
        found = [(p, [path]) for p in wanted if any(path.match(pattern) for pattern in p.files)]
    if not found and key:
        raise NotFound("connectors.replay.no_files", path=path)
    if len(found) != 1:
        raise BadInput("connectors.replay.no_profile", path=path, profiles=names)
    return found[0]
