# SPDX-License-Identifier: Apache-2.0
"""Files: handed in, looked at, corrected, taken, with progress and the rows that were not taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dothi.foundation.errors import DothiError
from dothi.foundation.kinds import KINDS
from dothi.identity.door import current, requires
from dothi.sources import filing, queries
from dothi.sources.core.known_types import usual
from dothi.sources.core.sentence import Named, say
from dothi.sources.errors import NoSuchSource, RefusedForm
from dothi.sources.models import FileDrop
from dothi.sources.web import forms, notices

ERRORS_SHOWN = 100
COLUMNS_SHOWN = 200
"""Columns that can be corrected on the page; a form may not have endless fields."""
_ANSWERS = ("kind", "start", "decimal", "sheet", "of_sheet")
_OF_COLUMNS = ("role", "term", "unit", "decimal", "days")


@requires("sources.manage")
@require_POST
def hand_in(request: HttpRequest, slug: str) -> HttpResponse:
    source = queries.source(slug)
    sent = request.FILES.get("file")
    account = current(request)
    if sent is None:
        notices.say(request, "sources.file.missing")
        return redirect(f"/sources/{slug}/#files")
    try:
        drop = filing.hand_in(
            source, name=sent.name or "", content=sent.read(), by=account.pk if account else ""
        )
    except RefusedForm as refusal:
        notices.say(request, next(iter(refusal.fields.values())))
        return redirect(f"/sources/{slug}/#files")
    return redirect("source_file", slug=slug, file_id=drop.pk)


def _terms(language: str) -> list[tuple[str, str]]:
    found = {q.term: say(language, Named(q.term)) for kind in KINDS for q in kind.quantities}
    return sorted(found.items(), key=lambda term: term[1])


def _understood(drop: FileDrop, language: str) -> dict[str, Any]:
    """The preview in the language of the page."""
    kept = drop.preview

    def said(pairs: list[Any]) -> list[tuple[str, str]]:
        return [(say(language, one), say(language, other)) for one, other in pairs]

    return {
        **kept,
        "facts": said(kept.get("facts", [])),
        "roles": said(kept.get("roles", [])),
        "days": said(kept.get("days", [])),
        "warnings": [say(language, warning) for warning in kept.get("warnings", [])],
        "columns": [
            {**column, "meaning": say(language, column["meaning"])}
            for column in kept.get("columns", [])[:COLUMNS_SHOWN]
        ],
        "columns_in_all": len(kept.get("columns", [])),
        "asks": kept.get("asks", []),
    }


def _counted(language: str, counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(say(language, {"key": reason}), count) for reason, count in counts.items()]


def _result(drop: FileDrop, language: str) -> dict[str, Any] | None:
    """Read = accepted + repeated + refused + left out, each with its reasons; None for files of before."""
    kept = drop.result
    if not kept:
        return None
    parts = {name: _counted(language, kept[name]) for name in ("refused", "left_out", "missing", "bad_cells")}
    return {
        **kept,
        **parts,
        "refused_rows": sum(kept["refused"].values()),
        "left_out_rows": sum(kept["left_out"].values()),
        "stopped": say(language, kept["stopped"]) if kept.get("stopped") else "",
    }


def _errors(drop: FileDrop, first: int, language: str) -> queries.Page:
    """A part of the rows that were not taken, said in words."""
    kept = drop.row_errors
    first = min(first, max(len(kept) - 1, 0) // ERRORS_SHOWN * ERRORS_SHOWN)
    rows = [
        {**error, "reason": say(language, {"key": error["reason"], "values": error.get("values", {})})}
        for error in kept[first : first + ERRORS_SHOWN]
    ]
    return queries.Page(rows=rows, total=len(kept), first=first, size=ERRORS_SHOWN)


@requires("sources.see")
@require_safe
def detail(request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    drop = queries.file(slug, file_id)
    language = forms.language_of(request)
    errors = _errors(drop, forms.start_of(request.GET, "errors"), language)
    result = _result(drop, language)
    page = {
        "source": drop.source,
        "drop": drop,
        "preview": _understood(drop, language),
        "result": result,
        "errors": errors,
        "errors_lost": result is not None and result["errors"] > errors.total,
        "kinds": usual(language),
        "terms": _terms(language),
        "running": drop.state in {"queued", "running"},
        **notices.heard(request),
    }
    answer = render(request, "sources/file.html", page)
    if page["running"]:
        answer["Refresh"] = "2"
    return answer


def _answers(request: HttpRequest, drop: FileDrop) -> dict[str, str]:
    """What the page says of the file: the general answers, and those of the columns that were shown."""
    names = [name for name in _ANSWERS if name in request.POST]
    columns = [column.get("index", 0) for column in drop.preview.get("columns", [])[:COLUMNS_SHOWN]]
    names += [f"{name}-{index}" for index in columns for name in _OF_COLUMNS]
    return {name: forms.text(request.POST, name, 100) for name in names if name in request.POST}


@requires("sources.manage")
@require_POST
def look_again(request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    drop = queries.file(slug, file_id)
    answers = _answers(request, drop)
    try:
        if answers.get("start"):
            datetime.fromisoformat(answers["start"])
        filing.look_again(drop, answers=answers)
    except ValueError:
        notices.say(request, "sources.file.start_shape")
    except DothiError as error:
        notices.say(request, error.key, **error.values)
    return redirect("source_file", slug=slug, file_id=file_id)


@requires("sources.manage")
@require_POST
def take(_request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    filing.take(queries.file(slug, file_id))
    return redirect("source_file", slug=slug, file_id=file_id)


@requires("sources.manage")
@require_POST
def cancel(_request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    filing.cancel(queries.file(slug, file_id))
    return redirect("source_file", slug=slug, file_id=file_id)


@requires("sources.see")
@require_safe
def original(_request: HttpRequest, slug: str, file_id: str) -> HttpResponseBase:
    """The file as it was handed in."""
    drop = queries.file(slug, file_id)
    path = filing.original(drop)
    if not path.exists():
        raise NoSuchSource
    return FileResponse(path.open("rb"), as_attachment=True, filename=drop.name)
