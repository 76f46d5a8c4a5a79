# SPDX-License-Identifier: Apache-2.0
"""A mapping is data: what becomes of a payload. Stored as JSON, edited on a screen, tried on a real payload."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from dothi.broker.model import Write

MISSING_WORDS: tuple[str, ...] = (
    "",
    "-",
    "--",
    "---",
    "n/a",
    "na",
    "nan",
    "null",
    "none",
    "kph",
    "-999",
    "-9999",
)
"""Texts that mean: not measured (KPH: không phát hiện, below detection)."""

ValueKind = Literal["auto", "number", "text", "boolean"]


class AttributeRule(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One attribute. The value sent is read at `path`; kept is value * scale + offset, then in `unit`.

    `unit_sent`: the unit the device uses, when other than `unit`; `unit_path`: where the payload says it.
    `words`: text -> value, before anything else. `low`/`high`: outside is refused, in the kept unit.
    """

    path: str
    term: str
    unit: str = ""
    unit_sent: str = ""
    unit_path: str = ""
    scale: float = 1.0
    offset: float = 0.0
    kind: ValueKind = "auto"
    words: dict[str, Any] = {}
    missing: list[str] = []
    low: float | None = None
    high: float | None = None


class TimeRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where the time of observation stands; the first path that leads somewhere counts.

    Formats: `auto` (ISO 8601 or seconds/ms/µs/ns since 1970), `s`, `ms`, `us`, `ns`, or strptime patterns.
    """

    paths: list[str] = []
    formats: tuple[str, ...] = ("auto",)
    zone: str = "Asia/Ho_Chi_Minh"
    required: bool = False


class RestRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Take every plain value below `path` that no rule names; its term is made from its keys.

    `drop_groups`: the name of the group is left out (Tasmota's `AM2301.Temperature` becomes `temperature`)
    unless two groups bring the same name. `skip`: paths (with all below them) that are no readings.
    """

    path: str = ""
    depth: int = 2
    drop_groups: bool = False
    skip: list[str] = []
    rename: dict[str, str] = {}
    units: dict[str, str] = {}
    unit_paths: dict[str, str] = {}


class Mapping(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How payloads of one source become readings of entities.

    `device`: path of the device's name in the payload (or in the row); else the topic's part `{device}`.
    `rows`: path of an array whose members are readings of their own; "" takes an array payload's members too.
    Templates know {device}, {type}, {source} and the topic's named parts.
    """

    topics: list[str] = []
    device: str = ""
    rows: str = ""
    type: str = "Device"
    entity_id: str = "urn:ngsi-ld:{type}:{source}:{device}"
    time: TimeRule = TimeRule()
    attributes: list[AttributeRule] = []
    rest: RestRule | None = None
    latitude: str = ""
    longitude: str = ""
    missing: tuple[str, ...] = MISSING_WORDS
    repair: bool = False
    scalar: str = ""
    """Term for a payload that is one bare value, such as `31.5` or `ON`; may name a topic part: `{measure}`."""
    ignore_topics: list[str] = []
    """Topics that carry no readings (boot messages, last will): dropped and counted as `ignored`."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why something was not kept. `row`: its number in the payload, from 0. `kept`: told, yet kept."""

    reason: str
    detail: str = ""
    row: int = 0
    kept: bool = False


class Target(msgspec.Struct, kw_only=True):
    """Whose payload it is and when it came: what the caller knows beside mapping, topic and payload.

    `received`: when the server got it; the time of a reading that brings none, so that a redelivery is the
    same reading. `device`, `entity_id`, `entity_type`: what is registered for this device wins over templates.
    `unit_code`: the unit of its main quantity (`main_term`, when its kind has one) where the reading brings none.
    `terms`: attribute names this device has had; grows up to the cap.
    """

    now: str
    received: str = ""
    source: str = ""
    tenant: str = ""
    origin: str = "mqtt"
    backfill: bool = False
    device: str = ""
    entity_id: str = ""
    entity_type: str = ""
    unit_code: str = ""
    main_term: str = ""
    terms: set[str] | None = None


class Outcome(msgspec.Struct, kw_only=True):
    """What a payload became: one write for each row that held a reading, and what was refused and why."""

    writes: list[Write] = []
    refusals: list[Refusal] = []
    rows: int = 0
    row_of: list[int] = []
    """For each write the number of its row."""
