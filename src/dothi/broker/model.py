# SPDX-License-Identifier: Apache-2.0
"""What goes in and out of the store: entities as they are kept, writes, results and changes.

Names are expanded IRIs; times are `clock.iso` text. An attribute instance is the normalized NGSI-LD form
(CIM 009 4.5) with expanded names of sub-attributes, as plain JSON:

    {"type": "Property", "value": 31.5, "unitCode": "CEL", "observedAt": "2026-...Z",
     "createdAt": "2026-...Z", "modifiedAt": "2026-...Z", "<IRI of a sub-attribute>": {...}}

Attributes of an entity: {attribute IRI: {datasetId or "": instance}}. Keys that start with "~" are the store's
own and never leave it ("~hw": the newest observedAt this series has seen, the high-water mark; "~implied": the
type was not said by the client but concluded from the value).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from dothi.broker.reach import Reach

IMPLIED = "~implied"

Instance = dict[str, Any]
"""One attribute instance in the normalized form above."""

Attributes = dict[str, dict[str, Instance]]
"""attribute IRI -> datasetId ("" for the default instance) -> instance."""

Verb = Literal[
    "create",  # 5.6.1: fails when the entity exists
    "append",  # 5.6.3: add attributes or replace those that exist; `overwrite=False` keeps existing ones
    "update",  # 5.6.2: replace existing attributes only; others are reported as not updated
    "partial",  # 5.6.4: change the given members of one attribute instance
    "merge",  # 5.6.17: merge patch, urn:ngsi-ld:null deletes
    "replace",  # 5.6.18: the whole entity
    "replace_attribute",  # 5.6.19
    "delete",  # 5.6.6
    "delete_attribute",  # 5.6.5
    "upsert_replace",  # 5.6.8 without option: create or replace whole entity
    "upsert_update",  # 5.6.8 with options=update: create or append/overwrite attributes
    "observe",  # ours: a reading of a device: create or append; a late one goes to history only
    "describe",  # ours: what a thing is: as upsert_update, but its types and scopes become those given
    "add_instances",  # 5.6.11/5.6.12: temporal instances: history, and state where newest
    "delete_temporal",  # 5.6.16: state, and the whole history is superseded
    "expire",  # ours: delete when `expires_at` of the entity is not after that of the write
]

Status = Literal[
    "created",
    "updated",
    "unchanged",
    "deleted",
    "missing",
    "exists",
    "attribute_missing",
    "refused",
    "key_reused",
    "outside",
]


def term(iri: str) -> str:
    """The last part of an IRI: `https://.../pm25` → `pm25`."""
    return iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1]


class Entity(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An entity as it is kept."""

    id: str
    types: list[str]
    scopes: list[str] = []
    attrs: Attributes = {}
    created_at: str = ""
    modified_at: str = ""
    expires_at: str | None = None


class Write(msgspec.Struct, kw_only=True, omit_defaults=True, frozen=True):
    """One wanted change of one entity. `attrs` is what the verb applies; None as instance means: delete it.

    `attribute`/`dataset` name the target of partial, replace_attribute and delete_attribute (`delete_all`: every
    instance). `key`: an Idempotency-Key, with its origin before it; the same (tenant, key) is answered as the first
    time when `request`, a digest of what was asked, is the same too.
    `expires_at` "urn:ngsi-ld:null" removes the entity's. `lang` and `observed_at` are what a merge takes where the
    body says nothing (6.5.3.4).
    `origin`: who brought it ("http", "mqtt", "file:<id>", "replay", "outbox:<event id>", "demo").
    `backfill`: recorded data; no live alerts (house decision 14).
    `reach`: how far whoever asks may write; what would go beyond it is `outside` and writes nothing.
    """

    verb: Verb
    id: str
    tenant: str = ""
    types: list[str] = []
    scopes: list[str] | None = None
    attrs: dict[str, dict[str, Instance | None]] = {}
    attribute: str | None = None
    dataset: str | None = None
    delete_all: bool = False
    overwrite: bool = True
    expires_at: str | None = None
    lang: str | None = None
    observed_at: str | None = None
    key: str | None = None
    request: str = ""
    origin: str = "http"
    backfill: bool = False
    reach: Reach | None = None


class Result(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of a write, told after its commit.

    `not_updated`: attribute IRI -> reason, for verbs that report it. `repeats`: instances that were already
    there with the same value. `conflicts`: instances whose value differed at the same observedAt.
    `late`: readings older than the state. `ahead`: readings from the future, see `rules.AHEAD`.
    `detail`: why it was refused or lies outside: a sentence's key, whose values are `about`, or the words of the database.
    """

    status: Status
    updated: list[str] = []
    not_updated: dict[str, str] = {}
    repeats: int = 0
    conflicts: int = 0
    late: int = 0
    ahead: int = 0
    seq: int = 0
    detail: str | None = None
    about: dict[str, Any] = {}


class Change(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One row of the change log: what readers get, in order of seq."""

    seq: int
    tenant: str
    id: str
    kind: Literal["created", "updated", "deleted", "late", "ahead", "conflict"]
    types: list[str] = []
    scopes: list[str] = []
    at: str = ""
    attrs: dict[str, dict[str, Instance | None]] = {}
    origin: str = ""
    backfill: bool = False


RECORD_ONLY = frozenset({"late", "ahead", "conflict"})
"""Kinds of changes that the state does not show."""


class BulkSeries(msgspec.Struct, kw_only=True, frozen=True):
    """Numbers of one attribute over a long time. `at`: int64 array of microseconds since 1970; `values`: float64."""

    id: str
    types: list[str]
    scopes: list[str] = []
    attr: str
    unit: str | None = None
    at: Any
    values: Any
