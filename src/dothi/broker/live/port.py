# SPDX-License-Identifier: Apache-2.0
"""What the live screens need of the store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from dothi.broker.model import Change, Entity
from dothi.broker.reach import Reach
from dothi.broker.store.grades import Change as GradeChange
from dothi.broker.store.points import Point
from dothi.broker.store.store import Reading

__all__ = ["LiveStore", "Point", "Reading", "Viewer"]


class Viewer(Protocol):
    """Who looks: a tenant, and how far it may see of it."""

    @property
    def tenant(self) -> str: ...

    @property
    def reach(self) -> Reach | None: ...


class LiveStore(Protocol):
    """Reading for screens; every call is safe beside writes."""

    def within(self, reach: Reach | None) -> LiveStore:
        """What one may read of it who sees so far."""

    async def head(self) -> int:
        """The newest seq of the change log; 0 when it is empty."""

    async def tail(self) -> int:
        """The oldest seq that the change log still has; head + 1 when it is empty."""

    async def keep_cursor(self, name: str, seq: int) -> None:
        """The reader of this name has dealt with everything up to `seq`."""

    async def all_entities(self) -> AsyncIterator[tuple[str, Entity]]:
        """(tenant, entity) of everything there is now."""

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """Changes of all tenants with seq > `after`, in order."""

    async def wait(self, seconds: float) -> None:
        """Return when somebody wrote, or after `seconds`."""

    async def state_at(self, tenant: str, at: datetime) -> Sequence[Entity]:
        """All entities as they were known at `at`: only what was recorded by then."""

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
        """(unit code, raw, points): raw readings when they are at most `most`, else that many buckets.

        `known`: as they were known at that instant.
        """

    async def newest(
        self, tenant: str, entity: str, attr: str, known: datetime | None = None
    ) -> datetime | None:
        """When the newest reading of an attribute was observed."""

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
        """Kept readings with an id under `before`, newest first; at least `limit` of them if there are so many.

        `known`: those that stood at that instant.
        """

    async def grades_of(self, series: tuple[str, str, str], until: datetime) -> Sequence[GradeChange]:
        """How the grade of (tenant, entity, attribute) changed up to an instant, newest first."""
