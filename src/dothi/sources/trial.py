# SPDX-License-Identifier: Apache-2.0
"""A mapping tried on a real payload: what it would become, and what it would refuse and why. Pure but the clock."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from dothi.foundation import clock
from dothi.sources.core.mapping import BadMapping, apply_mapping, read_mapping
from dothi.sources.core.mapping_model import Target
from dothi.sources.core.sentence import Sentence
from dothi.sources.core.unit_choices import written


class Reading(msgspec.Struct, kw_only=True):
    """One value that a payload would become."""

    entity: str
    term: str
    value: str
    unit: str
    at: str


class Trial(msgspec.Struct, kw_only=True):
    """The outcome. `problem`: why the mapping itself cannot be used; `mapping`: its JSON when it can."""

    readings: list[Reading] = []
    refusals: list[tuple[int, str, str]] = []
    problem: Sentence | None = None
    mapping: Any = None


def _read(text: str) -> Any:
    """The JSON of a mapping; BadMapping says where it stops being JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadMapping("json", line=str(error.lineno), column=str(error.colno)) from error
    except (ValueError, RecursionError) as error:
        raise BadMapping("characters") from error


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def attempt(text: str, *, topic: str, payload: str, source_slug: str) -> Trial:
    """Try the mapping written as JSON in `text`; never raises for what people type."""
    try:
        rules = _read(text)
        mapping = read_mapping(rules)
        outcome = apply_mapping(
            mapping,
            topic,
            payload.encode("utf-8", "replace"),
            Target(now=clock.iso(clock.now()), source=source_slug),
        )
    except BadMapping as error:
        return Trial(problem=error.sentence)
    except RecursionError:
        return Trial(problem=BadMapping("characters").sentence)
    readings = [
        Reading(
            entity=write.id,
            term=iri.rpartition("/")[2],
            value=_shown(instance.get("value", instance.get("json"))),
            unit=written(str(instance.get("unitCode", ""))),
            at=str(instance.get("observedAt", "")),
        )
        for write in outcome.writes
        for iri, instances in write.attrs.items()
        for instance in instances.values()
        if instance is not None
    ]
    refusals = [(one.row + 1, one.reason, one.detail) for one in outcome.refusals]
    return Trial(readings=readings, refusals=refusals, mapping=rules)
