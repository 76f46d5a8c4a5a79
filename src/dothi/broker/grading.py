# SPDX-License-Identifier: Apache-2.0
"""Readings are judged in the write that keeps them (house decision 11): pure, with the state in the locked row.

A reading is a Property with a number and an observedAt, of a thing that says how often it reports, or brought by a way
in. Its attribute must be one of which somebody has said what is usual (quality/parameters.json). The state of the tests rides in
the current instance under `~q`; what a test found stands in the instance and its history row under `~f`. Both are the
store's own and never come from a client; `shown` is what a client reads as the sub-attribute `quality`. What the decision window
has seen rides under `~t`, so that a grade is reckoned when it is asked for and grows older by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dothi.broker.model import Entity, Instance, term
from dothi.quality.door import Flag, Parameters, Reading, Series, Tally, Verdict, parameters

STATE = "~q"
FOUND = "~f"
TALLY = "~t"
_CORE = "https://uri.etsi.org/ngsi-ld/default-context/"
PERIOD = f"{_CORE}reportingPeriod"
QUALITY = f"{_CORE}quality"
CLAIMED = f"{_CORE}claimedQuality"
"""Where a sub-attribute `quality` of a client is kept: only the store's own tests speak under QUALITY."""
LONGEST = 10 * 366 * 86_400.0
"""Seconds: no period is longer; such a declaration is a mistake and counts as none."""


@functools.lru_cache(maxsize=4096)
def _known(iri: str, unit: str, day: str) -> Parameters | None:
    """What is usual for an attribute; ValueError when its unit is none that it can have."""
    return parameters(term(iri), unit, date.fromisoformat(day))


def declared(entity: Entity, said: Mapping[str, Mapping[str, Instance | None]]) -> float | None:
    """Seconds between the readings of a thing, as it says or says now (`said`); None when it says nothing."""
    instance = said.get(PERIOD, {}).get("") or entity.attrs.get(PERIOD, {}).get("", {})
    return seconds(instance.get("value"))


def seconds(value: Any) -> float | None:
    """A declared period as a client wrote it; None when it is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value <= LONGEST else None


def period_of(value: Any, known: Parameters | None) -> float:
    """Seconds between readings: as declared, else as is usual, else an hour."""
    return seconds(value) or (known.period if known else 0) or 3600.0


def tallies(entity: Entity) -> dict[str, Any]:
    """The tally of each tested attribute, by its short name."""
    return {
        term(iri): instances[""][TALLY]
        for iri, instances in entity.attrs.items()
        if TALLY in instances.get("", {})
    }


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the tests found (None: nothing), and what to keep beside the current value."""

    found: dict[str, Any] | None = None
    state: str = ""
    tally: list[Any] | None = None

    def keep(self, instance: Instance) -> Instance:
        """The instance as it stands in the row."""
        return {**instance, STATE: self.state, TALLY: self.tally} if self.tally is not None else instance


NOTHING = Judgement()


def judged(
    attr: str, instance: Instance, old: Instance | None, *, period: float | None, now: str | None, latest: str
) -> Judgement:
    """Judge a reading; NOTHING when it is none or nothing is known of it.

    `old`: the instance that stands. `now`: when it arrived, None for recorded data, which is not judged for lateness.
    `latest`: no later is it counted, or one fast clock would push all true readings out of the window.
    """
    value, observed = instance.get("value"), instance.get("observedAt")
    if observed is None or isinstance(value, bool) or not isinstance(value, int | float):
        return NOTHING
    if instance.get("type") != "Property":
        return NOTHING
    before, tally = ("", None) if old is None else (str(old.get(STATE, "")), old.get(TALLY))
    try:
        known = _known(attr, instance.get("unitCode") or "", observed[:10])
    except ValueError:
        return Judgement({"flag": int(Flag.FAIL), "tests": {"Q0": int(Flag.FAIL)}}, before, tally)
    if known is None:
        return NOTHING
    series = Series(known, before, period=period or 0.0)
    at = _seconds(observed)
    verdict = series.step(Reading(float(value), at, None if now is None else _seconds(now)))
    counted = Tally.of(tally, period or known.period, at)
    counted.add(min(at, _seconds(latest)), verdict.flag)
    return Judgement(_told(verdict), series.text, counted.kept())


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _told(verdict: Verdict) -> dict[str, Any] | None:
    """As it is kept: nothing for a good reading, so that it costs the history a number and no more."""
    if not verdict.tests:
        return None
    return {"flag": int(verdict.flag), "tests": {code: int(flag) for code, flag in verdict.tests.items()}}


def usual(term: str, unit: str, at: datetime) -> Parameters | None:
    """What is usual for an attribute; None when nobody has said it, or the unit is none that it can have."""
    try:
        return _known(term, unit, at.date().isoformat())
    except ValueError:
        return None


def shown(instance: Instance) -> dict[str, Any] | None:
    """The sub-attribute `quality` of an instance (QARTOD flags); None when no test has looked at it."""
    found = instance.get(FOUND)
    if found is None and TALLY not in instance:
        return None
    return {"type": "Property", "value": found or {"flag": int(Flag.GOOD)}}
