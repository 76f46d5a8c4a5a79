# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from dothi.sources.core import topics
from dothi.sources.core.mapping_path import topic_parts
from dothi.sources.core.mapping_presets import PRESETS


def _patterns(preset: str) -> list[str]:
    found: list[str] = PRESETS[preset].get("topics", [])
    return found


@pytest.mark.parametrize(
    ("preset", "filters", "example"),
    [
        ("json", ["mua/tram-1/#"], "mua/tram-1"),
        ("tasmota", ["tele/tram-1/+", "stat/tram-1/+"], "tele/tram-1/SENSOR"),
        (
            "chirpstack",
            ["application/+/device/tram-1/event/up"],
            "application/1/device/tram-1/event/up",
        ),
        ("ttn", ["v3/+/devices/tram-1/up"], "v3/1/devices/tram-1/up"),
    ],
)
def test_device_may_publish_where_its_mapping_listens_when_none_is_named(
    preset: str, filters: list[str], example: str
) -> None:
    patterns = _patterns(preset)
    listened = topics.patterns_of("mua", patterns)

    assert topics.device_topics("mua", patterns, "tram-1") == filters
    assert topics.example_of(listened[0], "tram-1") == example
    assert any((topic_parts(p, example) or {}).get("device") == "tram-1" for p in listened)


def test_gateway_may_publish_for_every_device_when_the_mapping_names_topics() -> None:
    assert topics.gateway_topics("mua", []) == ["mua/+", "mua/+/#"]
    assert topics.gateway_topics("mua", _patterns("tasmota")) == ["tele/+/+", "stat/+/+"]


def test_gateway_may_not_publish_everywhere_when_a_pattern_begins_with_a_device() -> None:
    assert topics.gateway_topics("mua", ["{device}/up", "#"]) == []


@pytest.mark.parametrize(
    ("topic", "good"),
    [("#", True), ("city/+/#", True), ("$share/a/b", True), ("a/#/b", False), ("a+/b", False), ("", False)],
)
def test_subscription_is_good_when_another_broker_can_take_it(topic: str, good: object) -> None:
    assert topics.subscription_is_good(topic) is good
