# SPDX-License-Identifier: Apache-2.0
"""Which types and attributes there are. The whole list is a walk over all entities, so it is remembered for a while."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from dothi.broker.store.reader import SQL, StateReader, limits

REMEMBER = 5.0
"""Seconds until a type or an attribute that went is no longer told; a new one is told at once."""

Use = tuple[str, str, list[str], int]
"""(type, attribute or "" where an entity has none, kinds of its instances, entities)."""


class Vocabulary:
    """Types and attributes for one process."""

    def __init__(self, state: StateReader) -> None:
        self.state = state
        self.lock = asyncio.Lock()
        self.known: dict[str, tuple[float, Any, list[Use]]] = {}

    async def _ask(self, query: str, tenant: str, **params: Any) -> list[Use]:
        number = await self.state.tenant_id(tenant)
        if self.state.reach is not None:
            query, params = "seen_vocabulary", {"type": None, "attr": None, **params, **self._limits()}
        rows = await self.state.rows(SQL[query], {"tenant": number, **params})
        return [(r[0], r[1], r[2], r[3]) for r in rows]

    def _limits(self) -> dict[str, list[str] | None]:
        assert self.state.reach is not None
        return dict(zip(("kinds", "names", "places"), limits(self.state.reach), strict=True))

    async def types(self, tenant: str) -> list[str]:
        """All types that an entity has now."""
        number = await self.state.tenant_id(tenant)
        if self.state.reach is not None:
            rows = await self.state.rows(SQL["seen_types"], {"tenant": number, **self._limits()})
        else:
            rows = await self.state.rows(SQL["types"], (number,))
        return [r[0] for r in rows]

    async def whole(self, tenant: str) -> list[Use]:
        """All there is."""
        async with self.lock:
            [mark] = await self.state.rows(SQL["vocabulary_mark"], ())
            known = self.known.get(tenant)
            if known and known[0] > time.monotonic() and known[1] == mark:
                return known[2]
            found = await self._ask("type_attributes", tenant, type=None)
            self.known[tenant] = (time.monotonic() + REMEMBER, mark, found)
            return found

    async def of_type(self, tenant: str, type_: str) -> list[Use]:
        """What entities of one type have."""
        return await self._ask("type_attributes", tenant, type=type_)

    async def of_attribute(self, tenant: str, attr: str) -> list[Use]:
        """The types that have one attribute."""
        return await self._ask("attribute_types", tenant, attr=attr)
