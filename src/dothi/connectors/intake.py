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
from dothi.sources.core.mapping import apply_rows, device_of, parts_of, rows_of
from dothi.sources.core.mapping_model import Mapping, Outcome, Refusal, Target
from dothi.sources.core.store import DeviceRow, Refused, Seen, SourceRow

TERM_SETS_KEPT = 20_000
REFUSALS_KEPT = 1_000
"""Kinds of refusals noted between two flushes; more are still counted at their source."""


class Intake:
    """The mapping of messages with what is registered, and the counters of what came of them."""

    def __init__(self, directory: Directory, *, language: str = "vi") -> None:
        self.directory = directory
        self.language = language
        self.counts: defaultdict[str, int] = defaultdict(int)
        self._terms: dict[str, set[str]] = {}
        self._seen: dict[tuple[str, str], Seen] = {}
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
            self._note(source, way, topic, payload, "", rows.refusals, now, rows=rows.rows)
            return rows
        outcome = Outcome(rows=len(rows))
        for number, row in enumerate(rows):
            key = device.key if device is not None else device_of(mapping, row, parts or {})
            known = device or self.directory.device(source.id, key)
            found, kept = self._row(source, mapping, row, target, parts or {}, key, known)
            outcome.refusals += [msgspec.structs.replace(refusal, row=number) for refusal in found.refusals]
            outcome.writes += found.writes
            outcome.row_of += [number] * len(found.writes)
            self._note(source, way, topic, kept or payload, key, found.refusals, now, wrote=found.writes)
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
    ) -> tuple[Outcome, bytes]:
        state = known.state if known is not None else "waiting"
        if key and known is None and source.options.get("accept_new"):
            state = "accepted"
        if key and state in {"waiting", "retired"}:
            return Outcome(refusals=[Refusal(reason=state, detail=key)], rows=1), b""
        target.device = key
        target.entity_id = known.entity_id if known is not None else ""
        target.entity_type = known.entity_type if known is not None else ""
        target.terms = self._known_terms(f"{source.id}/{key}")
        return apply_rows(self.directory.mapping_for(mapping, known), [row], target, parts), b""

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
        text = payload[:4000].decode("utf-8", "replace")
        if found is not None:
            found.times += 1
            found.payload = text or found.payload
        elif len(self._refused) < REFUSALS_KEPT:
            self._refused[at] = Refused(
                way=way,
                reason=sentence(self.language, reason, detail),
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
        payload: bytes,
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
                    payload=payload,
                    reason=refusal.reason,
                    detail=detail,
                )
        seen = self._seen.get((source.id, key))
        if seen is None:
            seen = self._seen[source.id, key] = Seen(source_id=source.id, key=key, at=at, times=0)
        seen.at, seen.topic, seen.payload = at, topic, payload[:4000].decode("utf-8", "replace")
        seen.times += rows
        seen.refused += 0 if wrote else rows
        if wrote:
            seen.entity_id, seen.entity_type = wrote[0].id, wrote[0].types[0].rpartition("/")[2]

    def drain(self) -> tuple[list[Seen], list[Refused]]:
        """The counters since last time, to be written to the tables of `sources`."""
        seen, refused = list(self._seen.values()), list(self._refused.values())
        self._seen, self._refused = {}, {}
        return seen, refused


def sentence(language: str, reason: str, detail: str = "") -> str:
    """A refusal's reason as a sentence for the person who answers for the source."""
    return messages.text(language, f"connectors.refused.{reason}", detail=detail[:120])
