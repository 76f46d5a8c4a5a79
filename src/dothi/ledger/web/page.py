# SPDX-License-Identifier: Apache-2.0
"""The page of the ledger: who did what, when, on which object, and how far each record is proven."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dothi.foundation import clock, messages
from dothi.ledger import queries

PAGE = 50
TABLE = 10_000
"""Rows of one CSV file; the export of the command line has no limit."""
WITHOUT_NAME = {"system", "operator", "visitor"}
"""Kinds of actors that are no accounts."""
_COLUMNS = ("at", "actor", "who", "act", "told", "object", "details", "leaf", "checkpoint", "state")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.VIETNAM) if day and day.year > 1900 else None


def _search(request: HttpRequest) -> tuple[queries.Search, dict[str, str]]:
    """What is asked for, and the answers to show in the form again."""
    given = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:200]
        for name in ("actor", "object", "since", "until")
    }
    last = _day(given["until"])
    search = queries.Search(
        actor=given["actor"],
        object=given["object"],
        since=_midnight(_day(given["since"])),
        until=_midnight(last + timedelta(days=1) if last and last < date.max else None),
        after=request.GET.get("after", "")[:60],
    )
    return search, given


def sentence(language: str, act: str) -> str:
    """What an act is called, by the room that knows it; the act's own word when that room is no more."""
    return messages.text(language, act) if act in messages.catalogue() else act


def _who(row: queries.Row, language: str) -> str:
    kind = row.record.actor.partition(":")[0]
    return row.who or (messages.text(language, f"ledger.actor.{kind}") if kind in WITHOUT_NAME else "")


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _details(row: queries.Row) -> list[tuple[str, str]]:
    """What was said beside, by the names in the record; without what is empty."""
    return [
        (name, _words(value))
        for name, value in row.record.details.items()
        if value is not None and value != ""
    ]


def _shown(row: queries.Row, language: str) -> dict[str, Any]:
    return {
        "row": row,
        "who": _who(row, language),
        "told": sentence(language, row.record.act),
        "details": _details(row),
    }


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """Records by actor, object and time, newest first."""
    language = getattr(request, "language", "vi")
    search, given = _search(request)
    found = queries.rows(search, most=PAGE + 1)
    kept = {name: value for name, value in given.items() if value}
    page = {
        "rows": [_shown(row, language) for row in found[:PAGE]],
        "given": given,
        "searched": bool(kept),
        "standing": queries.standing(),
        "older": urlencode({**kept, "after": found[PAGE - 1].cursor}) if len(found) > PAGE else "",
        "newest": f"?{urlencode(kept)}" if search.after else "",
        "table": urlencode(kept),
    }
    return render(request, "ledger/records.html", page)


class _Line:
    """csv writes to this and we hand on what it wrote."""

    def write(self, text: str) -> str:
        return text


def _cell(text: str) -> str:
    """A spreadsheet must not take a text of somebody's for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _lines(found: list[queries.Row], language: str) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(_COLUMNS)
    for row in found:
        shown = _shown(row, language)
        details = "; ".join(f"{name}: {value}" for name, value in shown["details"])
        cells = [
            row.record.at,
            row.record.actor,
            shown["who"],
            row.record.act,
            shown["told"],
            row.record.object,
            details,
        ]
        proof = [
            "" if row.number is None else str(row.number),
            clock.iso(row.signed_at) if row.signed_at else "",
        ]
        yield writer.writerow([_cell(cell) for cell in [*cells, *proof, row.state]])


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """The same records as CSV, up to ten thousand."""
    search, _ = _search(request)
    found = queries.rows(search, most=TABLE)
    lines = _lines(found, getattr(request, "language", "vi"))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return answer
