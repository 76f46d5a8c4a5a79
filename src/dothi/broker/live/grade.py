# SPDX-License-Identifier: Apache-2.0
"""GET /live/grade: why a figure has its grade: tests, window, stations near by, raw readings, whom to call.

Everything is reckoned from the history as it was known at `at`, so that what was on the screen then can be shown again.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from dothi.broker import grading
from dothi.broker.live import export, shape
from dothi.broker.live.answer import Query, Send, send_json
from dothi.broker.live.hub import Hub, Wish
from dothi.broker.live.port import Reading, Viewer
from dothi.broker.live.state import ready
from dothi.foundation import clock
from dothi.foundation.errors import NotFound
from dothi.foundation.grade import DIMENSIONS, Grade, Reason
from dothi.quality.door import (
    Context,
    Counts,
    Flag,
    Parameters,
    Verdict,
    composed,
    grade_series,
    judge_series,
    spoken,
    window,
    worst,
)

NEAR_KM = 5.0
"""Stations of the same quantity within this distance are compared (domain.md 6.3, Q8)."""
MOST_NEAR = 12
MOST_FLAGGED = 20
MOST_READINGS = 5_000
LEAST_NEAR = 3


def near(thing: dict[str, Any], others: Sequence[dict[str, Any]], attr: str) -> list[dict[str, Any]]:
    """Other things of its type with a number of that attribute within NEAR_KM, the nearest first, with `km`."""
    if thing.get("lon") is None or thing.get("lat") is None:
        return []
    found = [
        {
            "id": one["id"],
            "name": one.get("name"),
            "km": round(distance, 2),
            **one["attrs"][attr],
            "period": one.get("period"),
        }
        for one in others
        if one["id"] != thing["id"]
        and one.get("type") == thing.get("type")
        and one.get("lon") is not None
        and isinstance(one["attrs"].get(attr, {}).get("v"), int | float)
        and (distance := _km(thing, one)) <= NEAR_KM
    ]
    return sorted(found, key=lambda one: float(one["km"]))[:MOST_NEAR]


def _km(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Distance on the sphere, flat enough over a few kilometres."""
    across = math.radians(other["lon"] - one["lon"]) * math.cos(math.radians(one["lat"]))
    return 6371.0 * math.hypot(across, math.radians(other["lat"] - one["lat"]))


def judged_again(readings: Sequence[Reading], known: Parameters | None, period: float) -> list[Reading]:
    """Readings with what all tests of the own series say of them: recorded data came without, and some tests look back."""
    kept = sorted(
        (one for one in readings if one.observed and isinstance(one.value, int | float)),
        key=lambda one: one.observed or one.recorded,
    )
    if known is None:
        return kept
    times = [(one.observed or one.recorded).timestamp() for one in kept]
    verdicts = judge_series(times, [float(one.value) for one in kept], known, period=period)
    return [_joined(one, verdict) for one, verdict in zip(kept, verdicts, strict=True)]


def _joined(one: Reading, verdict: Verdict) -> Reading:
    tests = {code: int(flag) for code, flag in verdict.tests.items()}
    tests |= {
        code: max(int(flag), tests.get(code, 0)) for code, flag in (one.found or {}).get("tests", {}).items()
    }
    found = {"flag": int(worst(map(Flag, tests.values()))), "tests": tests} if tests else None
    return msgspec.structs.replace(one, found=found)


def counted(readings: Sequence[Reading], start: datetime, at: datetime, period: float) -> Counts:
    """What the window has seen; readings without a test on them passed."""
    flags = [int(one.found["flag"]) if one.found else int(Flag.GOOD) for one in readings]
    failures = Counter(code for one in readings if one.found for code in one.found["tests"])
    usable = [
        one.observed for one, flag in zip(readings, flags, strict=True) if flag in {1, 3} and one.observed
    ]
    begun = max(start, min((one.observed for one in readings if one.observed), default=start))
    expected = round((at - begun).total_seconds() / period) if period else len(readings)
    return Counts(
        expected=max(expected, len(usable), 1),
        usable=len(usable),
        judged=len(flags),
        passed=flags.count(int(Flag.GOOD)),
        failures=tuple(failures.items()),
        newest=max(usable, default=None),
    )


def beside(value: Any, around: Sequence[dict[str, Any]], known: Parameters, at: datetime) -> Reason | None:
    """The newest value against stations near by that are live; None when it agrees or there are too few."""
    fresh = [
        float(one["v"])
        for one in around
        if one.get("o")
        and (at - clock.parse(one["o"])).total_seconds() <= 2.5 * grading.period_of(one.get("period"), known)
    ]
    if len(fresh) < LEAST_NEAR or known.scale is None or not isinstance(value, int | float):
        return None
    middle = statistics.median(fresh)
    stray = 1.4826 * statistics.median(abs(one - middle) for one in fresh)
    z = abs(value - middle) / max(stray, known.scale)
    if z <= 3.5:
        return None
    values: dict[str, str | float | int] = {
        "value": round(value, 2),
        "median": round(middle, 2),
        "count": len(fresh),
    }
    return Reason("trustworthy", "D" if z > 6 else "C", "quality.reason.beside", values)


def graded(
    counts: Counts, reason: Reason | None, known: Parameters | None, context: Context, at: datetime
) -> Grade | None:
    """The grade; None when nobody has said what is usual for the attribute, and so nothing was tested."""
    grade = grade_series(counts, context, at) if known is not None else None
    return grade if grade is None or reason is None else composed([*grade.reasons, reason], at)


def context_of(thing: dict[str, Any], around: Sequence[dict[str, Any]], period: float) -> Context:
    """What is known of the source besides its readings."""
    return Context(
        period=period, source_class="unknown", neighbours=len(around), name=thing.get("name") or thing["id"]
    )


async def answer(hub: Hub, viewer: Viewer, query: Query, language: str, send: Send) -> None:
    entity, attr = query.required("id"), query.required("attr")
    then, form = query.time("at"), export.checked(query.text("as"))
    at = then or clock.now()
    await ready(hub)
    things = await _things(hub, viewer, then)
    thing = next((one for one in things if one["id"] == entity), None)
    if thing is None or attr not in thing["attrs"]:
        raise NotFound("foundation.not_found", what=f"{entity} {attr}")
    held = thing["attrs"][attr]
    known = grading.usual(attr, held.get("u") or "", at)
    period = grading.period_of(thing.get("period"), known)
    start = at - timedelta(seconds=window(period))
    store = hub.store.within(viewer.reach)
    kept = await store.readings(
        viewer.tenant, entity, start, at + timedelta(seconds=1), None, MOST_READINGS, at
    )
    readings = judged_again([one for one in kept if one.attr == attr], known, period)
    around = near(thing, things, attr)
    counts = counted(readings, start, at, period)
    reason = beside(held.get("v"), around, known, at) if known else None
    grade = graded(counts, reason, known, context_of(thing, around, period), at)
    if form:
        await export.answer(send, form, export.figure_of(thing, attr, grade), language)
        return
    await send_json(
        send,
        {
            "id": entity,
            "attr": attr,
            "name": thing.get("name"),
            "value": held.get("v"),
            "unit": held.get("u"),
            "observedAt": held.get("o"),
            "source": thing.get("source"),
            "contact": thing.get("contact"),
            "period": period,
            **_told(grade, language),
            "window": {
                "from": clock.iso(start), "to": clock.iso(at), "expected": counts.expected, "usable": counts.usable,
                "judged": counts.judged, "passed": counts.passed,
            },
            "tests": [{"code": code, "count": count} for code, count in counts.failures],
            "flagged": [_flagged(one) for one in reversed(readings) if one.found][:MOST_FLAGGED],
            "neighbours": around,
            "history": [
                {"at": clock.iso(one.at), "letters": one.letters, "overall": one.overall, "was": one.was}
                for one in await hub.store.grades_of((viewer.tenant, entity, attr), at)
            ],
        },
    )  # fmt: skip


async def _things(hub: Hub, viewer: Viewer, then: datetime | None) -> list[dict[str, Any]]:
    if then is None:
        return hub.things(Wish(tenant=viewer.tenant, reach=viewer.reach))
    known = await hub.store.within(viewer.reach).state_at(viewer.tenant, then)
    return [shape.entity(one) for one in known]


def _flagged(one: Reading) -> dict[str, Any]:
    return {"v": one.value, "o": clock.iso(one.observed) if one.observed else None, **one.found}


def _told(grade: Grade | None, language: str) -> dict[str, Any]:
    """The grade with its words and reasons, the deciding one of each dimension first."""
    if grade is None:
        return {"grade": None, "words": spoken(None, language), "reasons": [], "raise": []}
    letters = {dimension: grade.letter(dimension) for dimension in DIMENSIONS}
    return {
        "grade": {"overall": grade.overall, **letters, "method": grade.method, "at": clock.iso(grade.at)},
        "words": spoken(grade, language),
        "reasons": [
            {"dimension": one.dimension, "letter": one.letter, "sentence": one.sentence(language)}
            for one in grade.reasons
        ],
        "raise": grade.raised_by(language),
    }
