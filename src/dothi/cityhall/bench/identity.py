# SPDX-License-Identifier: Apache-2.0
"""The group `identity`: what the ground floor costs."""

from __future__ import annotations

import math
from collections.abc import Iterator

import psycopg

from dothi.cityhall import database
from dothi.cityhall.bench import ledger
from dothi.cityhall.bench.instance import Instance
from dothi.cityhall.bench.row import Row

GROUP = "identity"


def measure(quick: bool) -> Iterator[Row]:  # noqa: FBT001 - the one switch of every group
    """All rows of the group; one that fails is a row that says so."""
    with Instance() as city:
        try:
            yield from ledger.rows(database.url(city.settings, "writer"), GROUP, 2.0 if quick else 10.0)
        except (OSError, psycopg.Error) as error:
            note = f"failed: {(str(error).strip() or type(error).__name__).splitlines()[-1][:120]}"
            yield Row(group=GROUP, name="ledger rows", value=math.nan, unit="rows/s", target=0, note=note)
