# SPDX-License-Identifier: Apache-2.0
"""GET /live/series: numbers of one attribute for a chart; a gap in the data is a gap on the chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from dothi.broker.live.answer import Query, Send, send_json
from dothi.broker.live.hub import Hub
from dothi.broker.live.port import Point, Viewer
from dothi.foundation import clock
from dothi.foundation.errors import BadInput

GAP = 2.5
"""A pause of more than so many periods is a gap."""


def window(query: Query, usual: timedelta) -> tuple[datetime, datetime]:
    """[from, to): to is now unless told, from is `usual` earlier; BadInput when turned round."""
    end = query.time("to") or clock.now()
    start = query.time("from") or end - usual
    if start >= end:
        raise BadInput("broker.live.turned_round")
    return start, end


def with_gaps(points: Sequence[Point], period: float) -> dict[str, list[float | None]]:
    """Columns for a chart; one null where readings stopped for longer than GAP periods.

    `period`: declared seconds between readings; 0: the usual distance of these points.
    """
    distances = [after.at - before.at for before, after in pairwise(points)]
    usual = max(period, median(distances) if distances else 0.0)
    columns: dict[str, list[float | None]] = {"t": [], "v": [], "min": [], "max": []}
    previous: Point | None = None
    for point in points:
        if previous is not None and usual and point.at - previous.at > GAP * usual:
            for name, value in zip(columns, (previous.at + usual, None, None, None), strict=True):
                columns[name].append(value)
        for name, value in zip(columns, (point.at, point.mean, point.low, point.high), strict=True):
            columns[name].append(value)
        previous = point
    return columns


async def answer(hub: Hub, viewer: Viewer, query: Query, send: Send) -> None:
    entity, attr = query.required("id"), query.required("attr")
    start, end = window(query, timedelta(hours=1))
    most = query.number("points", 600, 10, 5_000)
    known = query.time("at")
    tenant, store = viewer.tenant, hub.store.within(viewer.reach)
    unit, raw, points = await store.points(tenant, entity, attr, start, end, most, known)
    newest = await store.newest(tenant, entity, attr, known)
    declared = hub.thing(tenant, entity, viewer.reach).get("period")
    period = float(declared) if isinstance(declared, int | float) and raw else 0.0
    body: dict[str, Any] = {
        "id": entity,
        "attr": attr,
        "unit": unit,
        "from": start.timestamp(),
        "to": end.timestamp(),
        "n": sum(point.n for point in points),
        "raw": raw,
        "newest": None if newest is None else clock.iso(newest),
    }
    await send_json(send, body | with_gaps(points, period))
