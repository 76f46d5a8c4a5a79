# SPDX-License-Identifier: Apache-2.0
"""The group `identity`: what the ground floor costs."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import argon2
import psycopg

from dothi.cityhall import database
from dothi.cityhall.bench import ledger, rights
from dothi.cityhall.bench.instance import Instance
from dothi.cityhall.bench.row import Row, percentile

GROUP = "identity"
RATE = 100


def hashing() -> float:
    """Milliseconds that one password costs, with the settings of Django's Argon2id hasher."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=102_400, parallelism=8)
    begun = time.perf_counter()
    for _ in range(3):
        hasher.hash("m\u1ed9t c\u00e2u d\u00e0i ch\u1ec9 An bi\u1ebft")
    return (time.perf_counter() - begun) / 3 * 1_000


def sign_in_page(city: Instance, seconds: float) -> Row:
    """The page that everybody meets first, at a hundred requests a second through the front door."""
    wanted = {"kind": "page", "path": "/sign-in/", "port": city.port, "connections": 32}
    city.load(**wanted, seconds=1.0, rate=20.0)
    answer = city.load(**wanted, seconds=seconds, rate=float(RATE))
    note = f"{len(answer.taken):,} pages, {answer.refused} refused; one password costs {hashing():.0f} ms"
    return Row(
        group=GROUP, name=f"sign-in page at {RATE}/s, p95", value=percentile(answer.taken, 0.95) * 1_000 if not answer.refused else math.inf,
        unit="ms", target=150, better="less", note=note,
    )  # fmt: skip


def measure(quick: bool) -> Iterator[Row]:  # noqa: FBT001 - the one switch of every group
    """All rows of the group; one that fails is a row that says so."""
    seconds = 2.0 if quick else 10.0
    yield from rights.rows(GROUP, seconds / 2)
    with Instance() as city:
        try:
            yield sign_in_page(city, seconds)
            yield from rights.second_line(database.url(city.settings, "reader"), GROUP, seconds / 2)
            yield from ledger.rows(database.url(city.settings, "writer"), GROUP, seconds)
        except (OSError, psycopg.Error) as error:
            note = f"failed: {(str(error).strip() or type(error).__name__).splitlines()[-1][:120]}"
            yield Row(group=GROUP, name="ledger rows", value=math.nan, unit="rows/s", target=0, note=note)
