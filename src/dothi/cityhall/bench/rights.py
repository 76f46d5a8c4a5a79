# SPDX-License-Identifier: Apache-2.0
"""What one question costs: may somebody do something, and in which unit does a point lie, in a country of 3,321 communes."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import psycopg
from shapely.geometry import Polygon

from dothi.cityhall.bench.row import Row, percentile
from dothi.foundation.sql import queries
from dothi.identity.rules.permission import Granted, Rights, Thing
from dothi.places.rules.atlas import Area, Atlas

COMMUNES, PROVINCES, CORNERS = 3_321, 34, 250
DAY = date(2026, 1, 1)
AT = datetime(2026, 11, 25, 8, tzinfo=UTC)


class Country:
    """Provinces and communes by number: as many as there are since 1 July 2025."""

    def __init__(self) -> None:
        self._below: dict[str, frozenset[str]] = {}
        for number in range(COMMUNES):
            province = f"p{number % PROVINCES}"
            self._below[province] = self._below.get(province, frozenset()) | {f"c{number}"}

    def above(self, unit: str, /) -> frozenset[str]:
        """A commune lies in its province."""
        return frozenset({unit, f"p{int(unit[1:]) % PROVINCES}"})

    def below(self, unit: str, /) -> frozenset[str]:
        """A province and its communes."""
        return self._below.get(unit, frozenset()) | {unit}

    def choices(self) -> list[tuple[str, str]]:
        """Nobody chooses here."""
        return []


def _each(ask: Callable[[int], object], seconds: float) -> list[float]:
    """Seconds that each question took, asked one after another."""
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        ask(len(taken))
        taken.append(time.perf_counter() - begun)
    return taken


def permission(group: str, seconds: float) -> Row:
    """An officer with twenty posts and rights; the answer is mostly found among the last."""
    country = Country()
    granted = [Granted(permission="sources.see", via="post:1", unit=f"p{n}") for n in range(20)]
    rights = Rights(granted, lambda: country)
    things = [Thing(unit=f"c{n}") for n in range(COMMUNES)]
    taken = _each(lambda n: rights.why("sources.see", things[n % COMMUNES], AT), seconds)
    return Row(
        group=group, name="permission check, p99", value=percentile(taken, 0.99) * 1e6, unit="us", target=50, better="less",
        note=f"{len(taken):,} checks, {COMMUNES:,} communes, 20 grants",
    )  # fmt: skip


def _polygon(number: int, side: int) -> Polygon:
    """A field of a grid with a border that winds, as borders do."""
    chance = random.Random(number)  # noqa: S311 - a shape, not a secret
    x, y = number % side, number // side
    turns = [2 * math.pi * n / CORNERS for n in range(CORNERS)]
    return Polygon(
        [
            (
                x + 0.5 + (0.5 + chance.random() / 20) * math.cos(t),
                y + 0.5 + (0.5 + chance.random() / 20) * math.sin(t),
            )
            for t in turns
        ]
    )


def point(group: str, seconds: float) -> Row:
    """Points all over the country, each in one commune or on a border of several."""
    side = math.isqrt(COMMUNES) + 1
    atlas = Atlas([Area(f"c{n}", _polygon(n, side), DAY, None) for n in range(COMMUNES)])
    chance = random.Random(1)  # noqa: S311 - places, not secrets
    points = [(chance.uniform(0, side), chance.uniform(0, side)) for _ in range(10_000)]
    taken = _each(lambda n: atlas.units_at(*points[n % len(points)], DAY), seconds)
    return Row(
        group=group, name="point to unit, p99", value=percentile(taken, 0.99) * 1e3, unit="ms", target=5, better="less",
        note=f"{COMMUNES:,} polygons of {CORNERS} corners",
    )  # fmt: skip


SOURCES = 1_000
_SQL = queries(files("dothi.cityhall.bench").joinpath("rights.sql"))


def _per_statement(cursor: psycopg.Cursor[Any], units: str, seconds: float) -> float:
    """Milliseconds of one list of sources for somebody who may see these units."""
    cursor.execute(_SQL["enter"].encode(), [units])
    taken = _each(lambda _: cursor.execute(_SQL["list"].encode()).fetchall(), seconds)
    return percentile(taken, 0.5) * 1e3


def second_line(url: str, group: str, seconds: float) -> Iterator[Row]:
    """A list under row-level security: for the whole city, and for an officer of all communes; rolled back after."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(_SQL["enter"].encode(), ["*"])
        cursor.execute(_SQL["plant"].encode(), [SOURCES])
        whole = _per_statement(cursor, "*", seconds)
        many = _per_statement(cursor, ",".join(f"c{n}" for n in range(COMMUNES)), seconds)
        connection.rollback()
    name = f"list of {SOURCES:,} rows, whole city"
    yield Row(
        group=group, name=name, value=whole, unit="ms", target=5, better="less", note="row-level security on"
    )
    yield Row(
        group=group, name=f"list of {SOURCES:,} rows, {COMMUNES:,} units by id", value=many, unit="ms", target=10, better="less",
        ratio_to=name, ratio=many / whole, note="row-level security on",
    )  # fmt: skip


def rows(group: str, seconds: float) -> Iterator[Row]:
    """Both."""
    yield permission(group, seconds)
    yield point(group, seconds)
