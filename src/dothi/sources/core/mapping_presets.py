# SPDX-License-Identifier: Apache-2.0
"""Ready mappings, to be taken as they are or as a start. Data: the screen copies one into a source."""

from __future__ import annotations

import functools
from typing import Any

from dothi.sources.core.mapping import read_mapping
from dothi.sources.core.mapping_model import Mapping

_TIMES = ["observedAt", "time", "timestamp", "ts", "Time"]
_UNITS = {
    "temperature": "CEL", "relativeHumidity": "P1", "pm25": "GQ", "pm10": "GQ", "pressure": "A97",
    "precipitation": "MMT", "waterLevel": "MTR", "floodDepth": "CMT", "LAeq": "2N", "voltage": "VLT",
}  # fmt: skip

PRESETS: dict[str, dict[str, Any]] = {
    # {"id": "tram-1", "observedAt": "...", "temperature": 31.5}, one or an array; by MQTT `<source>/<device>`.
    "json": {
        "device": "id",
        "time": {"paths": _TIMES},
        "rest": {
            "depth": 3,
            "skip": ["lat", "lon", "latitude", "longitude", "location"],
            "rename": {"humidity": "relativeHumidity"},
            "units": _UNITS,
        },
        "latitude": "lat",
        "longitude": "lon",
        "scalar": "value",
    },
    # https://tasmota.github.io/docs/MQTT/ : tele/<device>/SENSOR, tele/<device>/STATE, stat/<device>/RESULT
    "tasmota": {
        "topics": ["tele/{device}/{kind}", "stat/{device}/{kind}"],
        "ignore_topics": [
            "tele/+/LWT", "tele/+/INFO1", "tele/+/INFO2", "tele/+/INFO3", "stat/+/LWT", "tele/+/UPTIME",
        ],
        "time": {"paths": ["Time"]},
        "repair": True,
        "scalar": "{kind}",
        "rest": {
            "depth": 3,
            "drop_groups": True,
            "skip": [
                "Uptime", "UptimeSec", "Heap", "SleepMode", "Sleep", "LoadAvg", "MqttCount", "Wifi.AP", "Wifi.SSId",
                "Wifi.BSSId", "Wifi.Channel", "Wifi.LinkCount", "Wifi.Downtime", "Wifi.APMac", "TempUnit",
                "PressureUnit", "ENERGY.TotalStartTime", "Berry",
            ],
            "rename": {
                "humidity": "relativeHumidity", "vcc": "supplyVoltage", "rssi": "rssi", "POWER": "powerState", "Power": "activePower",
                "total": "energyTotal", "today": "energyToday", "yesterday": "energyYesterday",
                "factor": "powerFactor", "dewpoint": "dewPoint", "pm2.5": "pm25",
            },
            "units": {
                "temperature": "CEL", "dewPoint": "CEL", "relativeHumidity": "P1", "pressure": "A97",
                "supplyVoltage": "VLT", "voltage": "VLT", "current": "AMP", "activePower": "WTT", "energyTotal": "KWH",
                "energyToday": "KWH", "energyYesterday": "KWH", "illuminance": "LUX", "pm25": "GQ", "pm10": "GQ",
            },
            "unit_paths": {"temperature": "TempUnit", "dewPoint": "TempUnit", "pressure": "PressureUnit"},
        },
    },
    # https://www.chirpstack.io/docs/chirpstack/integrations/events.html : uplink with a decoded object
    "chirpstack": {
        "topics": ["application/{application}/device/{device}/event/up"],
        "ignore_topics": [],
        "device": "deviceInfo.devEui",
        "time": {"paths": ["time"]},
        "rest": {
            "path": "object",
            "depth": 3,
            "rename": {"humidity": "relativeHumidity", "battery": "batteryLevel"},
            "units": {**_UNITS, "batteryLevel": "P1", "co2": "59"},
        },
    },
    # https://www.thethingsindustries.com/docs/the-things-stack/concepts/data-formats/ : uplink message
    "ttn": {
        "topics": ["v3/{application}/devices/{device}/up"],
        "device": "end_device_ids.device_id",
        "time": {"paths": ["uplink_message.received_at", "received_at"]},
        "rest": {
            "path": "uplink_message.decoded_payload",
            "depth": 3,
            "rename": {"humidity": "relativeHumidity", "battery": "batteryLevel"},
            "units": {**_UNITS, "batteryLevel": "P1", "co2": "59"},
        },
    },
}  # fmt: skip


@functools.cache
def preset(key: str) -> Mapping:
    """The ready mapping of this key; KeyError when there is none."""
    return read_mapping(PRESETS[key])
