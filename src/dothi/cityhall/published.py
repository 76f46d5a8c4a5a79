# SPDX-License-Identifier: Apache-2.0
"""The public summary: for each kind of sensor one telling figure, how many are live, how old the newest is."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

import msgspec

from dothi.foundation import clock
from dothi.foundation.kinds import BY_KEY, KINDS, Kind
from dothi.foundation.sql import queries
from dothi.sources.core.mapping_names import iri

_SQL = queries(files("dothi.cityhall").joinpath("published.sql"))

Fold = Literal["median", "highest", "sum"]

# What one figure says most about a kind over a whole city.
_FOLDS: dict[str, Fold] = {
    "rain": "highest", "canal": "highest", "flood": "highest", "bin": "highest",
    "parking": "sum", "traffic": "sum", "power": "sum",
}  # fmt: skip
_APPLY: dict[Fold, Callable[[list[float]], float]] = {
    "median": statistics.median,
    "highest": max,
    "sum": sum,
}


class Thing(msgspec.Struct, kw_only=True, frozen=True):
    """A sensed thing as the public sees it: its kind, main value, when, and how often it should speak."""

    kind: str
    name: str
    value: float | None
    at: datetime | None
    period: float


class KindFigure(msgspec.Struct, kw_only=True):
    """One card. `old`: no thing of this kind is live, so the figure is the newest there was."""

    key: str
    name: str
    quantity: str
    fold: Fold
    unit: str
    decimals: int
    value: float | None
    where: str
    live: int
    total: int
    newest: datetime | None
    old: bool


class Summary(msgspec.Struct, kw_only=True):
    kinds: list[KindFigure]
    live: int
    stale: int
    total: int
    newest: datetime | None


def is_live(thing: Thing, at: datetime) -> bool:
    return thing.at is not None and (at - thing.at).total_seconds() <= thing.period


def _figure(kind: Kind, things: Sequence[Thing], at: datetime, language: str) -> KindFigure:
    main = kind.quantities[0]
    live = [thing for thing in things if is_live(thing, at)]
    spoken = [thing for thing in live or things if thing.value is not None]
    if not live:
        spoken = sorted(spoken, key=lambda t: t.at.timestamp() if t.at else 0)[-1:]
    values = [thing.value for thing in spoken if thing.value is not None]
    fold = _FOLDS.get(kind.key, "median")
    value = _APPLY[fold](values) if values else None
    named = [thing.name for thing in spoken if thing.value == value] if fold == "highest" and value else []
    return KindFigure(
        key=kind.key,
        name=kind.vi if language == "vi" else kind.en,
        quantity=main.vi if language == "vi" else main.en,
        fold=fold,
        unit=main.unit,
        decimals=main.decimals,
        value=value,
        where=named[0] if named else "",
        live=len(live),
        total=len(things),
        newest=max((thing.at for thing in things if thing.at), default=None),
        old=not live,
    )


def summary(things: Sequence[Thing], *, at: datetime, language: str) -> Summary:
    """The page's figures; kinds in the order of the house, those without things left out."""
    kinds = [
        _figure(kind, mine, at, language)
        for kind in KINDS
        if (mine := [thing for thing in things if thing.kind == kind.key])
    ]
    live = sum(is_live(thing, at) for thing in things)
    return Summary(
        kinds=kinds,
        live=live,
        stale=len(things) - live,
        total=len(things),
        newest=max((thing.at for thing in things if thing.at), default=None),
    )


def things(cursor: Any) -> list[Thing]:
    """The sensed things of the tenant that the transaction has entered, with their newest main value.

    Muted and retired ones are left out, and those of sources that the city has not allowed for the public; a thing without a declared period goes by its kind's usual one.
    """
    cursor.execute(
        _SQL["things"],
        {
            "name": iri("name"),
            "period": iri("reportingPeriod"),
            "status": iri("status"),
            "unpublished": iri("unpublished"),
            "kinds": [kind.key for kind in KINDS],
            "types": [iri(kind.type) for kind in KINDS],
            "mains": [iri(kind.quantities[0].term) for kind in KINDS],
        },
    )
    return [
        Thing(
            kind=kind,
            name=name or "",
            value=value,
            at=clock.parse(at) if at else None,
            period=period or BY_KEY[kind].period,
        )
        for kind, name, value, at, period in cursor.fetchall()
    ]
