# SPDX-License-Identifier: Apache-2.0
"""GET /live/rows: the kept readings behind a chart, as a table or as a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from dothi.broker.live.answer import Query, Send, send_json
from dothi.broker.live.hub import Hub
from dothi.broker.live.port import Reading, Viewer
from dothi.broker.live.series import window
from dothi.foundation import clock

_PAGE = 5_000
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
_COLUMNS = ("observed_at", "recorded_at", "attribute", "value", "unit", "superseded_at")


def safe_cell(value: Any) -> str:
    """Text that a spreadsheet will not run: a leading = + - @ or control character is quoted unless a number."""
    text = (
        value if isinstance(value, str) else msgspec.json.encode(value).decode() if value is not None else ""
    )
    if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _local(at: datetime | None) -> str:
    return at.astimezone(clock.VIETNAM).isoformat(timespec="milliseconds") if at else ""


def csv_lines(readings: Sequence[Reading], *, head: bool) -> bytes:
    """CSV (RFC 4180) of readings, times in Vietnam's zone."""
    out = io.StringIO()
    writer = csv.writer(out)
    if head:
        writer.writerow(_COLUMNS)
    for one in readings:
        cells = (_local(one.observed), _local(one.recorded), one.attr, one.value, one.unit)
        writer.writerow([safe_cell(cell) for cell in cells] + [_local(one.superseded)])
    return out.getvalue().encode()


def _row(one: Reading) -> dict[str, Any]:
    return {
        "id": one.id,
        "attr": one.attr,
        "v": one.value,
        "u": one.unit,
        "o": clock.iso(one.observed) if one.observed else None,
        "m": clock.iso(one.recorded),
        "superseded": clock.iso(one.superseded) if one.superseded else None,
        **({"f": one.found} if one.found else {}),
    }


async def _pages(
    hub: Hub, viewer: Viewer, entity: str, start: datetime, end: datetime, known: datetime | None
) -> AsyncIterator[Sequence[Reading]]:
    before: int | None = None
    while True:
        page = await hub.store.within(viewer.reach).readings(
            viewer.tenant, entity, start, end, before, _PAGE, known
        )
        yield page
        if len(page) < _PAGE:
            return
        before = page[-1].id


async def _send_csv(entity: str, pages: AsyncIterator[Sequence[Reading]], send: Send) -> None:
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", entity)[-80:]
    headers = [
        (b"content-type", b"text/csv; charset=utf-8"),
        (b"content-disposition", f'attachment; filename="{name}.csv"'.encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    # What can fail at once fails before the head is sent, and is told as a problem.
    first = await anext(pages)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    # Excel reads UTF-8 only behind a byte order mark.
    body = b"\xef\xbb\xbf" + csv_lines(first, head=True)
    await send({"type": "http.response.body", "body": body, "more_body": True})
    async for page in pages:
        body = csv_lines(page, head=False)
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def answer(hub: Hub, viewer: Viewer, query: Query, send: Send) -> None:
    entity = query.required("id")
    start, end = window(query, timedelta(days=1))
    known = query.time("at")
    if query.text("format") == "csv":
        await _send_csv(entity, _pages(hub, viewer, entity, start, end, known), send)
        return
    limit = query.number("limit", 100, 1, 1_000)
    before = query.number("before", 0, 0, 2**53) or None
    store = hub.store.within(viewer.reach)
    readings = await store.readings(viewer.tenant, entity, start, end, before, limit, known)
    more = readings[-1].id if len(readings) >= limit else None
    await send_json(send, {"id": entity, "rows": [_row(one) for one in readings], "before": more})
