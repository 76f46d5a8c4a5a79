# SPDX-License-Identifier: Apache-2.0
"""Files: handed in, looked at, taken, with progress and the rows that were not taken."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dothi.foundation.kinds import KINDS
from dothi.identity.door import current, staff
from dothi.sources import filing, queries
from dothi.sources.errors import NoSuchSource, RefusedForm
from dothi.sources.web import notices


@staff
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
            source,
            name=sent.name or "",
            content=sent.read(),
            by=account.pk if account else "",
            language=getattr(request, "language", "vi"),
        )
    except RefusedForm as refusal:
        notices.say(request, next(iter(refusal.fields.values())))
        return redirect(f"/sources/{slug}/#files")
    return redirect("source_file", slug=slug, file_id=drop.pk)


@staff
@require_safe
def detail(request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    drop = queries.file(slug, file_id)
    language = getattr(request, "language", "vi")
    page = {
        "source": drop.source,
        "drop": drop,
        "kinds": [(kind.key, kind.vi if language == "vi" else kind.en) for kind in KINDS],
        "running": drop.state in {"queued", "running"},
        **notices.heard(request),
    }
    answer = render(request, "sources/file.html", page)
    if page["running"]:
        answer["Refresh"] = "2"
    return answer


@staff
@require_POST
def look_again(request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    answers = {key: request.POST.get(key, "")[:40] for key in ("kind", "start")}
    drop = queries.file(slug, file_id)
    filing.look_again(drop, answers=answers, language=getattr(request, "language", "vi"))
    return redirect("source_file", slug=slug, file_id=file_id)


@staff
@require_POST
def take(_request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    filing.take(queries.file(slug, file_id))
    return redirect("source_file", slug=slug, file_id=file_id)


@staff
@require_POST
def cancel(_request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    filing.cancel(queries.file(slug, file_id))
    return redirect("source_file", slug=slug, file_id=file_id)


@staff
@require_safe
def original(_request: HttpRequest, slug: str, file_id: str) -> HttpResponseBase:
    """The file as it was handed in."""
    drop = queries.file(slug, file_id)
    path = filing.original(drop)
    if not path.exists():
        raise NoSuchSource
    return FileResponse(path.open("rb"), as_attachment=True, filename=drop.name)
