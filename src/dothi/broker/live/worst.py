# SPDX-License-Identifier: Apache-2.0
"""GET /live/quality: every series with its grade, the worst first: what the shift has to look at today.

Reckoned from the tallies that ride with current values, which a process reads anew at most every few seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dothi.broker import grading
from dothi.broker.live.answer import Query, Send, send_json
from dothi.broker.live.around import Around
from dothi.broker.live.grade import beside, context_of, graded, near
from dothi.broker.live.hub import Hub, Wish
from dothi.broker.live.port import Viewer
from dothi.broker.live.state import ready
from dothi.foundation import clock
from dothi.foundation.grade import DIMENSIONS, Grade
from dothi.quality.door import Tally

FRESH = 5.0
"""Seconds that the tallies of a process may be old."""
Tallies = dict[tuple[str, str], dict[str, Any]]
"""(tenant, entity) -> short name of an attribute -> tally as it is kept."""


class WorstFirst:
    """The tallies of one process, and the answer made of them."""

    def __init__(self) -> None:
        self.read_at = 0.0
        self.tallies: Tallies = {}

    async def _read(self, hub: Hub) -> Tallies:
        now = time.monotonic()
        if not self.tallies or now - self.read_at > FRESH:
            found: Tallies = {}
            async for tenant, entity in await hub.store.all_entities():
                if kept := grading.tallies(entity):
                    found[tenant, entity.id] = kept
            self.tallies, self.read_at = found, now
        return self.tallies

    async def answer(self, hub: Hub, viewer: Viewer, query: Query, language: str, send: Send) -> None:
        """Rows, worst first, at most `limit`; and how many series have each letter."""
        await ready(hub)
        tallies, at = await self._read(hub), clock.now()
        things = hub.things(Wish(tenant=viewer.tenant, reach=viewer.reach))
        near = Around(("", thing) for thing in things)
        rows: list[dict[str, Any]] = []
        for thing in things:
            mine = tallies.get((viewer.tenant, thing["id"]), {})
            around = near.of("", thing) if mine else []
            rows += [
                _row(thing, attr, mine[attr], around, at, language) for attr in mine if attr in thing["attrs"]
            ]
            # Readings wait for the same loop.
            await asyncio.sleep(0)
        shown = [row for row in rows if row["status"] not in {"muted", "retired"}]
        shown.sort(key=_order)
        count = Counter(row["overall"] or "" for row in shown)
        limit = query.number("limit", 200, 1, 2_000)
        body = {"at": clock.iso(at), "all": len(shown), "letters": dict(count), "rows": shown[:limit]}
        await send_json(send, body)


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    """D before C before B before A; what is worst in more than one way first."""
    letters = sorted((row[dimension] or "B" for dimension in DIMENSIONS), reverse=True)
    return (*(-ord(letter) for letter in letters), row["name"] or "", row["id"], row["attr"])


def grade_of(
    thing: dict[str, Any], attr: str, kept: Any, same: Sequence[dict[str, Any]], at: datetime
) -> Grade | None:
    """The grade of a series by its tally, beside others of its type (`same`); None when nothing was tested."""
    held = thing["attrs"][attr]
    known = grading.usual(attr, held.get("u") or "", at)
    period = grading.period_of(thing.get("period"), known)
    counts = Tally.of(kept, period, at.timestamp()).counts(at.timestamp(), period)
    around = near(thing, same, attr)
    reason = beside(held.get("v"), around, known, at) if known else None
    return graded(counts, reason, known, context_of(thing, around, period), at)


def _row(
    thing: dict[str, Any], attr: str, kept: Any, same: Sequence[dict[str, Any]], at: datetime, language: str
) -> dict[str, Any]:
    held, grade = thing["attrs"][attr], grade_of(thing, attr, kept, same, at)
    return {
        "id": thing["id"], "name": thing.get("name"), "type": thing.get("type"), "attr": attr, "v": held.get("v"),
        "u": held.get("u"), "o": held.get("o"), "source": thing.get("source"), "contact": thing.get("contact"),
        "status": thing.get("status"), **_letters(grade), **_why(grade, language),
    }  # fmt: skip


def _letters(grade: Grade | None) -> dict[str, Any]:
    return {
        "overall": grade.overall if grade else None,
        **{dimension: grade.letter(dimension) if grade else None for dimension in DIMENSIONS},
    }


def _why(grade: Grade | None, language: str) -> dict[str, Any]:
    """The sentences of what holds the figure down, and what would raise it."""
    if grade is None:
        return {"why": [], "raise": []}
    low = [reason.sentence(language) for reason in grade.reasons if reason.letter == grade.overall]
    return {"why": list(dict.fromkeys(low))[:3], "raise": grade.raised_by(language)[:2]}
