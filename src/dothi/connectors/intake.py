# SPDX-License-Identifier: Apache-2.0
"""From messages to writes, for every live way in; what is not kept is counted with its reason.

Readings of a device that nobody accepted yet, or that is retired, are not kept: they are told and counted.
Those of a muted one are kept, as its screen says.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec

from dothi.broker.model import Write
from dothi.connectors.directory import Directory
from dothi.foundation import clock, messages
from dothi.sources.core.known_types import main_term
from dothi.sources.core.mapping import apply_rows, device_of, parts_of, rows_of
from dothi.sources.core.mapping_model import Mapping, Outcome, Refusal, Target
from dothi.sources.core.mapping_path import at_path
from dothi.sources.core.store import (
    PAYLOAD_KEPT,
    REFUSED_KEPT,
    DeviceRow,
    Link,
    Refused,
    Seen,
    SourceRow,
)

TERM_SETS_KEPT = 20_000
REFUSALS_KEPT = 1_000
"""Kinds of refusals noted between two flushes; more are still counted at their source."""


class _Last(msgspec.Struct):
    """The last payload of a device; `row`: its own part of one that held several, with the path of the rows."""

    payload: bytes
    row: Any = None
    rows: str = ""

    @property
    def text(self) -> str:
        if self.row is None:
            return self.payload[:PAYLOAD_KEPT].decode("utf-8", "replace")
        own = msgspec.json.encode(at_path(self.rows, [self.row]) if self.rows else self.row)
        return own[:PAYLOAD_KEPT].decode("utf-8", "replace")


class Intake:
    """The mapping of messages with what is registered, and the counters of what came of them."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.counts: defaultdict[str, int] = defaultdict(int)
        self._terms: dict[str, set[str]] = {}
        self._seen: dict[tuple[str, str], Seen] = {}
        self._last: dict[tuple[str, str], _Last] = {}
        self._links: dict[str, Link] = {}
        self._refused: dict[tuple[str, str, str, str], Refused] = {}

    def take(
        self,
        source: SourceRow,
        mapping: Mapping,
        payload: bytes,
        *,
        way: str,
        topic: str = "",
        received: str = "",
        device: DeviceRow | None = None,
        origin: str = "",
        backfill: bool = False,
    ) -> Outcome:
        """What a payload becomes. `received`: when it came, the time of readings that bring none."""
        now = clock.now()
        target = Target(
            now=clock.iso(now),
            received=received,
            source=source.slug,
            tenant=source.tenant,
            origin=origin or way,
            backfill=backfill,
        )
        parts = parts_of(mapping, topic)
        rows = rows_of(mapping, topic, payload, parts)
        if isinstance(rows, Outcome):
            self._note(source, way, topic, _Last(payload), "", rows.refusals, now, rows=rows.rows)
            return rows
        outcome = Outcome(rows=len(rows))
        for number, row in enumerate(rows):
            key = device.key if device is not None else device_of(mapping, row, parts or {})
            known = device or self.directory.device(source.id, key)
            found = self._row(source, mapping, row, target, parts or {}, key, known)
            last = _Last(payload, row if len(rows) > 1 else None, mapping.rows)
            outcome.refusals += [msgspec.structs.replace(refusal, row=number) for refusal in found.refusals]
            outcome.writes += found.writes
            outcome.row_of += [number] * len(found.writes)
            at = _newest(found.writes, now) if backfill else now
            self._note(source, way, topic, last, key, found.refusals, at, wrote=found.writes)
        return outcome

    def _row(
        self,
        source: SourceRow,
        mapping: Mapping,
        row: Any,
        target: Target,
        parts: dict[str, str],
        key: str,
        known: DeviceRow | None,
    ) -> Outcome:
        state = known.state if known is not None else "waiting"
        if key and known is None and source.options.get("accept_new"):
            state = "accepted"
        if key and state in {"waiting", "retired"}:
            return Outcome(refusals=[Refusal(reason=state, detail=key)], rows=1)
        target.device = key
        target.entity_id = known.entity_id if known is not None else ""
        target.entity_type = known.entity_type if known is not None else ""
        target.unit_code = known.unit_code if known is not None else ""
        target.main_term = main_term(known.kind) if known is not None else ""
        target.terms = self._known_terms(f"{source.id}/{key}")
        return apply_rows(self.directory.mapping_for(mapping, known), [row], target, parts)

    def _known_terms(self, key: str) -> set[str]:
        found = self._terms.get(key)
        if found is None:
            if len(self._terms) >= TERM_SETS_KEPT:
                self._terms.clear()
            found = self._terms[key] = set()
        return found

    def nobody(self, *, way: str, topic: str, payload: bytes, reason: str = "topic") -> None:
        """A message that belongs to no source."""
        self.refuse(None, way=way, topic=topic, payload=payload, reason=reason)

    def refuse(
        self,
        source: SourceRow | None,
        *,
        way: str,
        reason: str,
        topic: str = "",
        key: str = "",
        payload: bytes = b"",
        detail: str = "",
    ) -> None:
        """Count something that was not kept, and keep the last of its kind to be looked at."""
        self.counts[reason] += 1
        at = (source.id if source else "", key, reason, "" if source else topic)
        found = self._refused.get(at)
        text = payload[:REFUSED_KEPT].decode("utf-8", "replace")
        if found is not None:
            found.times += 1
            found.payload, found.detail = text or found.payload, detail or found.detail
        elif len(self._refused) < REFUSALS_KEPT:
            self._refused[at] = Refused(
                way=way,
                reason=reason,
                detail=detail[:200],
                at=clock.now(),
                tenant=source.tenant if source else "",
                source_id=source.id if source else "",
                device_key=key,
                topic=topic,
                payload=text,
            )

    def _note(
        self,
        source: SourceRow,
        way: str,
        topic: str,
        last: _Last,
        key: str,
        refusals: list[Refusal],
        at: datetime,
        *,
        wrote: list[Write] | None = None,
        rows: int = 1,
    ) -> None:
        self.counts["rows"] += rows
        self.counts["kept"] += len(wrote or [])
        for refusal in refusals:
            if refusal.reason != "ignored":
                detail = refusal.detail or key
                self.refuse(
                    source,
                    way=way,
                    topic=topic,
                    key=key,
                    payload=last.text.encode() if last.row is not None else last.payload,
                    reason=refusal.reason,
                    detail=detail,
                )
        seen = self._seen.get((source.id, key))
        if seen is None:
            seen = self._seen[source.id, key] = Seen(source_id=source.id, key=key, at=at, times=0)
        first = seen.times == seen.refused
        if wrote or first:
            seen.at = at if first else max(seen.at, at)
        seen.topic = topic
        self._last[source.id, key] = last
        seen.times += rows
        seen.refused += 0 if wrote else rows
        if wrote:
            seen.entity_id, seen.entity_type = wrote[0].id, wrote[0].types[0].rpartition("/")[2]

    def drain(self) -> tuple[list[Seen], list[Refused]]:
        """The counters since last time, to be written to the tables of `sources`."""
        for at, one in self._seen.items():
            one.payload = self._last[at].text
        seen, refused = list(self._seen.values()), list(self._refused.values())
        self._seen, self._refused, self._last = {}, {}, {}
        return seen, refused

    def linked(self, source_id: str, state: str, error: str = "") -> None:
        """Say how the connection of a source to another broker fares; the newest word counts."""
        self._links[source_id] = Link(source_id=source_id, state=state, error=error, at=clock.now())

    def drain_links(self) -> list[Link]:
        """What was said of connections since last time."""
        links, self._links = list(self._links.values()), {}
        return links


def sentence(language: str, reason: str, detail: str = "") -> str:
    """A refusal's reason as a sentence for the person who answers for the source."""
    return messages.text(language, f"connectors.refused.{reason}", detail=detail[:120])


def _newest(writes: list[Write], otherwise: datetime) -> datetime:
    """When the newest reading was observed: recorded data does not make a source live."""
    times = [
        str(instance["observedAt"])
        for write in writes
        for instances in write.attrs.values()
        for instance in instances.values()
        if instance and instance.get("observedAt")
    ]
    return clock.parse(max(times)) if times else otherwise
