# SPDX-License-Identifier: Apache-2.0
"""Lines to copy: how a device or a system sends its first reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from dothi.sources.core import topics
from dothi.sources.core.mapping import BadMapping, read_mapping
from dothi.sources.core.mapping_model import Mapping
from dothi.sources.core.mapping_path import steps
from dothi.sources.models import Device, Source

HIDDEN = "…"
EXAMPLE = "tram-01"


def mqtt_host() -> str:
    return urlsplit(settings.SETTINGS.url).hostname or "127.0.0.1"


def mqtt_port() -> int:
    port: int = settings.SETTINGS.mqtt_port_used
    return port


def mapping_of(source: Source) -> Mapping:
    """The mapping of a source; an empty one where what was kept cannot be used."""
    try:
        return read_mapping(source.mapping)
    except BadMapping:
        return Mapping()


def topic_of(device: Device) -> str:
    """A topic that the device may really publish to."""
    patterns = mapping_of(device.source).topics
    allowed: Sequence[str] = device.topics or topics.own_topics(device.source.slug, device.key)
    usual = topics.device_topics(device.source.slug, patterns, device.key)
    return topics.example_of(patterns[0] if patterns and allowed == usual else allowed[0], device.key)


def gateway_topic_of(source: Source) -> str:
    """A topic that the gateway of the source may really publish to, for a device of the example's name."""
    return topics.example_of(topics.patterns_of(source.slug, mapping_of(source).topics)[0], EXAMPLE)


def payload_of(mapping: Mapping, key: str, *, named: bool) -> str:
    """A payload that the mapping reads a temperature from. `named`: it says whose it is, as the topic does not."""
    content: dict[str, Any] = {}
    if mapping.device and (named or "." in mapping.device):
        _set(content, mapping.device, key)
    first = mapping.attributes[0].path if mapping.attributes and mapping.rest is None else None
    root = mapping.rest.path if mapping.rest is not None else ""
    _set(content, first or ".".join(part for part in (root, "temperature") if part), 31.5)
    return json.dumps(content, ensure_ascii=False)


def _set(content: dict[str, Any], path: str, value: object) -> None:
    way = [step for step in steps(path) if isinstance(step, str)]
    for step in way[:-1]:
        content = content.setdefault(step, {})
    if way:
        content[way[-1]] = value


def by_topic(topic: str, payload: str, *, username: str, password: str) -> str:
    """One reading on a topic, with the client that most people have."""
    return (
        f"mosquitto_pub -q 1 -h {mqtt_host()} -p {mqtt_port()} \\\n"
        f"  -u '{username}' -P '{password}' \\\n"
        f"  -t '{topic}' \\\n"
        f"  -m '{payload}'"
    )


def by_mqtt(source: str, device: str, *, username: str, password: str) -> str:
    """The usual case: plain JSON below the source's own name."""
    return by_topic(f"{source}/{device}/up", '{"temperature": 31.5}', username=username, password=password)


def by_http(source: str, *, key: str, payload: str = '{"id": "tram-01", "temperature": 31.5}') -> str:
    return (
        f"curl {settings.SETTINGS.url}/ingest/{source} \\\n"
        f"  -H 'Authorization: Bearer {key}' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{payload}'"
    )


def reading() -> str:
    return f"curl '{settings.SETTINGS.url}/ngsi-ld/v1/entities?type=WeatherObserved&limit=20'"
