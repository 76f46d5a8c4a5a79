# SPDX-License-Identifier: Apache-2.0
"""An honest store in memory behind the port of the live screens, for tests of screens and of the hub."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from dothi.broker.live.port import Point, Reading
from dothi.broker.model import Change, Entity, term
from dothi.broker.reach import Reach
from dothi.broker.store import grades
from dothi.foundation import clock

DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"


def attribute(value: Any, **more: Any) -> dict[str, Any]:
    return {"": {"type": "Property", "value": value, **more}}


class MemoryStore:
    """Keeps every change for ever; `keep` trims the log as maintenance would."""

    def __init__(self) -> None:
        self.log: list[Change] = []
        self.first = 1
        self.kept = 0
        self.woken = asyncio.Event()

    def write(
        self, name: str, attrs: dict[str, Any], *, kind: str = "updated", of: str = "Air", **more: Any
    ) -> Change:
        change = Change(
            seq=len(self.log) + 1, tenant=more.pop("tenant", ""), id=name, kind=kind, types=[DEFAULT + of],
            at=clock.iso(more.pop("at", None) or clock.now()), attrs={DEFAULT + term: value for term, value in attrs.items()},
            **more,
        )  # fmt: skip
        self.log.append(change)
        self.woken.set()
        return change

    def within(self, reach: Reach | None) -> MemoryStore:
        """The part of it: what was logged of what may be seen, for reads of the past."""
        if reach is None:
            return self
        part = MemoryStore()
        for change in self.log:
            seen = reach.part(change.types, change.scopes, change.attrs)
            if seen is not None:
                kept = msgspec.structs.replace(change, types=seen[0], scopes=seen[1], attrs=seen[2])
                part.log.append(kept)
        return part

    async def head(self) -> int:
        return len(self.log)

    async def tail(self) -> int:
        return self.first

    async def all_entities(self) -> AsyncIterator[tuple[str, Entity]]:
        async def each() -> AsyncIterator[tuple[str, Entity]]:
            for tenant in {change.tenant for change in self.log}:
                for entity in self._replay(tenant, clock.iso(clock.now())):
                    yield tenant, entity

        return each()

    async def keep_cursor(self, _name: str, seq: int) -> None:
        self.kept = seq

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        return self.log[max(after, self.first - 1) :][:limit]

    async def wait(self, seconds: float) -> None:
        self.woken.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), seconds)

    async def state_at(self, tenant: str, at: datetime) -> Sequence[Entity]:
        return self._replay(tenant, clock.iso(at))

    def _replay(self, tenant: str, at: str) -> list[Entity]:
        found: dict[str, Entity] = {}
        for change in self.log:
            if change.tenant != tenant or change.at > at:
                continue
            if change.kind == "deleted":
                found.pop(change.id, None)
                continue
            entity = found.setdefault(
                change.id, Entity(id=change.id, types=change.types, scopes=change.scopes, attrs={})
            )
            entity.attrs.update(change.attrs)
        return list(found.values())

    def _instances(
        self, tenant: str, entity: str, start: datetime, end: datetime
    ) -> list[tuple[int, str, Any]]:
        low, high = clock.iso(start), clock.iso(end)
        return [
            (number, term(iri), instances[""])
            for number, change in enumerate(self.log, 1)
            if change.id == entity and change.tenant == tenant
            for iri, instances in change.attrs.items()
            if low <= instances[""].get("observedAt", "") < high
        ]

    async def points(
        self,
        tenant: str,
        entity: str,
        attr: str,
        start: datetime,
        end: datetime,
        most: int,
        known: datetime | None = None,
    ) -> tuple[str, bool, Sequence[Point]]:
        found = [one for _, name, one in self._instances(tenant, entity, start, end) if name == attr]
        points = sorted(
            (
                Point(clock.parse(one["observedAt"]).timestamp(), one["value"], one["value"], one["value"])
                for one in found
            ),
            key=lambda point: point.at,
        )
        return (found[-1].get("unitCode", "") if found else ""), True, points

    async def newest(
        self, tenant: str, entity: str, attr: str, known: datetime | None = None
    ) -> datetime | None:
        _, _, found = await self.points(
            tenant, entity, attr, clock.parse("0001-01-01T00:00:00Z"), clock.now(), 10**6
        )
        return datetime.fromtimestamp(found[-1].at, UTC) if found else None

    async def readings(
        self,
        tenant: str,
        entity: str,
        start: datetime,
        end: datetime,
        before: int | None,
        limit: int,
        known: datetime | None = None,
    ) -> Sequence[Reading]:
        found = [
            Reading(
                id=number, attr=name, value=one["value"], unit=one.get("unitCode", ""),
                observed=clock.parse(one["observedAt"]), recorded=clock.parse(one["observedAt"]),
            )
            for number, name, one in self._instances(tenant, entity, start, end)
            if before is None or number < before
        ]  # fmt: skip
        return sorted(found, key=lambda one: -one.id)[:limit]

    async def grades_of(self, _series: grades.Series, _until: datetime) -> list[grades.Change]:
        """None: nobody sweeps this store, so no grade was ever kept."""
        return []
