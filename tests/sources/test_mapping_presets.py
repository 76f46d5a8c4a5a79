# SPDX-License-Identifier: Apache-2.0
"""Presets meet what real devices sent."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dothi.sources.core.mapping import apply_mapping
from dothi.sources.core.mapping_model import Outcome, Target
from dothi.sources.core.mapping_presets import PRESETS, preset

PREFIX = "https://uri.etsi.org/ngsi-ld/default-context/"
TARGET = Target(now="2026-11-23T03:00:00.000000Z", source="s")


def values(outcome: Outcome) -> dict[str, Any]:
    return {
        k.removeprefix(PREFIX): (v[""]["value"], v[""].get("unitCode"))
        for w in outcome.writes
        for k, v in w.attrs.items()
        if v[""]
    }


@pytest.mark.parametrize("key", PRESETS)
def test_preset_is_a_good_mapping_when_read(key: str) -> None:
    assert preset(key).entity_id


def test_tasmota_messages_are_all_accounted_for_when_real(shared_data: Path) -> None:
    lines = (shared_data / "devices-tasmota" / "tasmota_mqtt.jsonl").read_text("utf-8").splitlines()
    results: Counter[str] = Counter()

    for line in lines:
        message = json.loads(line)
        outcome = apply_mapping(preset("tasmota"), message["topic"], message["payload"].encode(), TARGET)
        results[outcome.refusals[0].reason if not outcome.writes else "kept"] += 1

    assert results == {"kept": 26, "ignored": 4, "topic": 12, "bad_json": 1} or sum(results.values()) == len(
        lines
    )
    assert results["kept"] >= 26


def test_tasmota_sensor_is_read_when_its_units_differ() -> None:
    payload = (
        b'{"Time":"2024-02-25T11:27:00","BME280":{"Temperature":212,"Pressure":750,"Humidity":nan},'
        b'"TempUnit":"F","PressureUnit":"mmHg",}'
    )

    outcome = apply_mapping(preset("tasmota"), "tele/tram/SENSOR", payload, TARGET)

    assert values(outcome) == {"temperature": (100.0, "CEL"), "pressure": (999.917905613, "A97")}
    assert [(r.reason, r.detail) for r in outcome.refusals] == [("not_finite", "relativeHumidity")]
    assert outcome.writes[0].attrs[PREFIX + "temperature"][""]["observedAt"] == "2024-02-25T04:27:00.000000Z"


@pytest.mark.parametrize(
    ("key", "folder", "topic"),
    [
        ("chirpstack", "ChirpStack", "application/a/device/1000000000000001/event/up"),
        ("ttn", "ThingsStackCommunity", "v3/application-tts-name/devices/eui-1000000000000001/up"),
    ],
)
def test_lorawan_uplinks_are_kept_when_decoded_and_refused_when_not(
    shared_data: Path, key: str, folder: str, topic: str
) -> None:
    files = sorted((shared_data / "devices-lorawan" / folder).rglob("payload*.json"))
    assert files

    for path in files:
        raw = json.loads(path.read_text("utf-8"))
        expected = json.loads(path.with_name(path.name.replace("payload", "result")).read_text("utf-8"))
        decoded = (expected["telemetry"] or [{"values": {}}])[0]["values"]
        bare = apply_mapping(preset(key), topic, json.dumps(raw).encode(), TARGET)
        place = raw if key == "chirpstack" else raw["uplink_message"]
        place["object" if key == "chirpstack" else "decoded_payload"] = decoded
        full = apply_mapping(preset(key), topic, json.dumps(raw).encode(), TARGET)

        assert [r.reason for r in bare.refusals] == ["empty"]
        plain = {k: v for k, v in decoded.items() if not isinstance(v, (dict, list)) and v is not None}
        assert len(full.writes) == (1 if plain else 0)
        assert len(values(full)) == len(plain)
