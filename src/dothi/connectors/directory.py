# SPDX-License-Identifier: Apache-2.0
"""What is registered, in memory, for the ways in: which source and device a message belongs to.

Filled from the tables of `sources` and filled again when they say that they changed.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from dothi.sources.core import topics
from dothi.sources.core.keys import key_is_right
from dothi.sources.core.mapping import BadMapping, read_mapping
from dothi.sources.core.mapping_model import Mapping
from dothi.sources.core.mapping_path import BadPath, topic_filter, topic_parts
from dothi.sources.core.mapping_presets import preset
from dothi.sources.core.sentence import Sentence
from dothi.sources.core.store import DeviceRow, SourceRow

log = structlog.get_logger(__name__)
ROUTES_KEPT = 50_000


class Route(msgspec.Struct, frozen=True):
    """Where a topic leads. `device`: known already by the topic itself, else the payload names it."""

    source: SourceRow
    mapping: Mapping
    device: DeviceRow | None = None


class Registered(msgspec.Struct, frozen=True):
    """One source with its mapping; without one it is plain JSON under `<slug>/<device>`."""

    row: SourceRow
    mapping: Mapping


def mapping_of(source: SourceRow) -> Mapping:
    """The mapping of a source; BadMapping when what was saved cannot be used."""
    mapping = read_mapping(source.mapping) if source.mapping else preset("json")
    if source.way in {"mqtt", "demo"} and not mapping.topics:
        mapping = msgspec.structs.replace(mapping, topics=topics.patterns_of(source.slug, []))
    return mapping


def _exactness(pattern: str) -> tuple[int, int]:
    """Patterns with more fixed levels come first: `a/{device}/up` before `#`."""
    levels = pattern.split("/")
    return (-sum(level[:1] not in {"+", "#", "{"} for level in levels), -len(levels))


class Directory:
    """All sources and devices of the moment."""

    def __init__(self, sources: Sequence[SourceRow] = (), devices: Sequence[DeviceRow] = ()) -> None:
        self.broken: dict[tuple[str, str], tuple[SourceRow, Sentence]] = {}
        """(tenant, slug) of a source -> the source and why its mapping cannot be used"""
        self.fill(sources, devices)

    def fill(self, sources: Sequence[SourceRow], devices: Sequence[DeviceRow]) -> None:
        """Take what is registered now in place of what was."""
        self.sources: dict[str, Registered] = {}
        self.broken = {}
        for row in sources:
            if row.retired:
                continue
            try:
                self.sources[row.id] = Registered(row, mapping_of(row))
            except BadMapping as error:
                self.broken[row.tenant, row.slug] = (row, error.sentence)
                log.warning("source.mapping.bad", source=row.slug, error=str(error))
        self.by_slug = {(found.row.tenant, found.row.slug): found for found in self.sources.values()}
        self.devices = {(device.source_id, device.key): device for device in devices}
        self.by_entity = {device.entity_id: device for device in devices if device.entity_id}
        self.gateways = {
            topics.gateway_user(row.id): row.id for row in sources if "gateway_hash" in row.options
        }
        self.by_user = {device.username: device for device in devices if device.username}
        self.own_mappings = {d.id: m for d in devices if (m := _own_mapping(d)) is not None}
        self._patterns = sorted(
            (
                (_exactness(pattern), pattern, found)
                for found in self.sources.values()
                if found.row.way in {"mqtt", "demo"}
                for pattern in found.mapping.topics
            ),
            key=lambda entry: entry[:2],
        )
        self._filters = [
            (filter_, device)
            for device in devices
            for filter_ in device.topics
            if device.source_id in self.sources and device.state != "retired"
        ]
        self._routed = functools.lru_cache(maxsize=ROUTES_KEPT)(self._find)

    def route(self, topic: str) -> Route | None:
        """The source that a topic of our own MQTT server belongs to; None when it is nobody's."""
        return self._routed(topic)

    def _find(self, topic: str) -> Route | None:
        fitting = [found for _, pattern, found in self._patterns if topic_parts(pattern, topic) is not None]
        if fitting:
            found = self._nearest(fitting, topic) if len(fitting) > 1 else fitting[0]
            return Route(found.row, found.mapping)
        for filter_, device in self._filters:
            if _fits(filter_, topic):
                found = self.sources[device.source_id]
                mapping = self.mapping_for(found.mapping, device)
                return Route(found.row, msgspec.structs.replace(mapping, topics=[]), device)
        return None

    def _nearest(self, fitting: list[Registered], topic: str) -> Registered:
        """Of several sources that listen on a topic, the one that has a device of this topic; else the first."""
        ids = {found.row.id for found in fitting}
        owners = {d.source_id for filter_, d in self._filters if d.source_id in ids and _fits(filter_, topic)}
        return next((found for found in fitting if found.row.id in owners), fitting[0])

    def mapping_for(self, mapping: Mapping, device: DeviceRow | None) -> Mapping:
        """The device's own mapping when it has one, else its source's."""
        return self.own_mappings.get(device.id, mapping) if device is not None else mapping

    def device(self, source_id: str, key: str) -> DeviceRow | None:
        """The registered device of this name."""
        return self.devices.get((source_id, key))

    def user(self, username: str, password: str) -> DeviceRow | None:
        """The device that may connect with this password."""
        device = self.by_user.get(username)
        if device is None or device.state == "retired" or device.source_id not in self.sources:
            return None
        return device if key_is_right(password, device.password_hash) else None

    def gateway(self, username: str, password: str) -> Registered | None:
        """The source whose gateway may connect with this password."""
        found = self.sources.get(self.gateways.get(username, ""))
        if found is None or found.row.way not in {"mqtt", "demo"}:
            return None
        return found if key_is_right(password, str(found.row.options["gateway_hash"])) else None

    def filters(self) -> set[str]:
        """The MQTT filters under which readings may come: what QoS 0 is listened for."""
        return {topic_filter(pattern) for _, pattern, _ in self._patterns} | {f for f, _ in self._filters}


def _own_mapping(device: DeviceRow) -> Mapping | None:
    if not device.mapping:
        return None
    try:
        return read_mapping(device.mapping)
    except BadMapping as error:
        log.warning("device.mapping.bad", device=device.key, error=str(error))
        return None


def _fits(filter_: str, topic: str) -> Any:
    try:
        return topic_parts(filter_, topic) is not None
    except BadPath:
        return False
