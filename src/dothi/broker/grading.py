# SPDX-License-Identifier: Apache-2.0
"""Readings are judged in the write that keeps them (house decision 11): pure, with the state in the locked row.

A reading is a Property with a number and an observedAt, of a thing that says how often it reports, or brought by a way
in. Its attribute must be one of which somebody has said what is usual (quality/parameters.json). The state of the tests rides in
the current instance under `~q`; what a test found stands in the instance and its history row under `~f`. Both are the
store's own and never come from a client; `shown` is what a client reads as the sub-attribute `quality`.
"""

from __future__ import annotations

import functools
from datetime import date, datetime
from typing import Any

from dothi.broker.model import Entity, Instance
from dothi.quality.door import Flag, Parameters, Reading, Series, Verdict, parameters

STATE = "~q"
FOUND = "~f"
_CORE = "https://uri.etsi.org/ngsi-ld/default-context/"
PERIOD = f"{_CORE}reportingPeriod"


@functools.lru_cache(maxsize=4096)
def _known(iri: str, unit: str, day: str) -> Parameters | None:
    """What is usual for an attribute; ValueError when its unit is none that it can have."""
    term = iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    return parameters(term, unit, date.fromisoformat(day))


def declared(entity: Entity) -> float | None:
    """Seconds between the readings of a thing, as it says; None when it says nothing."""
    value = entity.attrs.get(PERIOD, {}).get("", {}).get("value")
    return float(value) if isinstance(value, int | float) and value > 0 else None


def judged(
    attr: str, instance: Instance, old: Instance | None, *, period: float | None, now: str | None
) -> tuple[dict[str, Any] | None, str]:
    """(what the tests found, state to keep) of a reading; (None, "") when it is none or nothing is known of it.

    `old`: the instance that stands. `now`: when it arrived, None for recorded data, which is not judged for lateness.
    """
    value, observed = instance.get("value"), instance.get("observedAt")
    if observed is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None, ""
    if instance.get("type") != "Property":
        return None, ""
    before = "" if old is None else str(old.get(STATE, ""))
    try:
        known = _known(attr, instance.get("unitCode") or "", observed[:10])
    except ValueError:
        return _told(Verdict({"Q0": Flag.FAIL})), before
    if known is None:
        return None, before
    series = Series(known, before, period=period or 0.0)
    arrived = None if now is None else _seconds(now)
    verdict = series.step(Reading(float(value), _seconds(observed), arrived))
    return _told(verdict), series.text


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _told(verdict: Verdict) -> dict[str, Any] | None:
    """As it is kept: nothing for a good reading, so that it costs the history a number and no more."""
    if not verdict.tests:
        return None
    return {"flag": int(verdict.flag), "tests": {code: int(flag) for code, flag in verdict.tests.items()}}


def shown(instance: Instance) -> dict[str, Any] | None:
    """The sub-attribute `quality` of an instance (QARTOD flags); None when no test has looked at it."""
    found = instance.get(FOUND)
    if found is None and STATE not in instance:
        return None
    return {"type": "Property", "value": found or {"flag": int(Flag.GOOD)}}
