# SPDX-License-Identifier: Apache-2.0
"""Documents for officers: the list, signing, one document with its file, revocation, judging any signed PDF."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.documents.actions import document as actions
from dothi.documents.core import worker
from dothi.documents.core.checking import Verdict
from dothi.documents.core.paper import Paper
from dothi.documents.errors import CannotSign, RefusedFile, RefusedForm
from dothi.documents.models import SignedDocument, SigningKey
from dothi.documents.queries import document as queries
from dothi.documents.queries import key as keys
from dothi.documents.rules import code, status
from dothi.documents.web import forms
from dothi.foundation import clock

_FIELDS = ("title", "kind", "key", "number", "text", "fields", "table", "keep", "replaces")
PDF = "application/pdf"


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What was signed, newest first; `q` searches by code, title, kind or SHA-256."""
    words = request.GET.get("q", "").strip()[:200]
    state = request.GET.get("status", "")
    number = request.GET.get("page", "")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    rows, more = queries.document_list(words=words, status=state if state in status.NEXT else "", page=page)
    given = {"q": words, "status": state}
    return render(
        request,
        "documents/overview.html",
        {
            "rows": rows,
            "given": given,
            "searched": bool(words or state),
            "states": list(status.NEXT),
            "newer": page - 1 if page else None,
            "page": page,
            "older": page + 1 if more else None,
            "has_key": bool(keys.usable()),
            **forms.heard(request),
        },
    )


def _pairs(lines: list[str]) -> list[tuple[str, str]]:
    """`Họ và tên: Nguyễn Thị Ước`, a line each."""
    split = [line.partition(":") for line in lines]
    return [(label.strip(), value.strip()) for label, _, value in split]


def _table(lines: list[str]) -> list[list[str]]:
    """Cells apart by semicolons; every row as long as the first."""
    rows = [[cell.strip() for cell in line.split(";")] for line in lines]
    width = min(len(rows[0]), 8) if rows else 0
    return [(row + [""] * width)[:width] for row in rows]


def _paper(request: HttpRequest, key: SigningKey) -> Paper | None:
    """What was written on the page; None when nothing was."""
    post = request.POST
    written, fields, table = (forms.lines(post, name) for name in ("text", "fields", "table"))
    if not (written or fields or table):
        return None
    return Paper(
        organisation=key.name,
        title=forms.text(post, "title")[:300],
        number=forms.text(post, "number")[:100],
        text=written,
        fields=_pairs(fields),
        table=_table(table),
    )


def _replaced(typed: str) -> SignedDocument | None:
    """The document that the new one follows; RefusedForm when the code is none of a valid one."""
    if not typed:
        return None
    found = SignedDocument.objects.filter(pk=code.read(typed) or "", status=status.VALID).first()
    if found is None:
        raise RefusedForm({"replaces": "documents.form.replaces"})
    return queries.document(found.pk)


def _key(key_id: str) -> SigningKey:
    found = next((one for one in keys.usable() if one.pk == key_id), None)
    if found is None:
        raise RefusedForm({"key": "documents.form.key"})
    return found


def _signed(request: HttpRequest) -> SignedDocument:
    post, sent = request.POST, request.FILES.get("file")
    key = _key(post.get("key", ""))
    paper = None if sent else _paper(request, key)
    if sent is None and paper is None:
        raise RefusedForm({"file": "documents.form.file"})
    row, _ = actions.sign(
        title=forms.text(post, "title"),
        kind=forms.text(post, "kind"),
        key=key,
        pdf=sent.read() if sent else None,
        paper=paper,
        keep=post.get("keep", "kept"),
        replaces=_replaced(forms.text(post, "replaces")),
        by=forms.who(request),
    )
    return row


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest) -> HttpResponse:
    """Sign a PDF that is handed in, or what is written on the page."""
    given = {name: request.POST.get(name, "")[:50_000] for name in _FIELDS}
    wrong: dict[str, str] = {}
    reasons: list[str] = []
    if request.method == "POST":
        language = getattr(request, "language", "vi")
        try:
            row = _signed(request)
        except RefusedForm as refusal:
            wrong = refusal.fields
        except RefusedFile as refusal:
            reasons = [reason.told(language) for reason in refusal.reasons]
        except CannotSign as refusal:
            reasons = [refusal.sentence(language)]
        else:
            forms.say(request, "documents.said.signed")
            return redirect("document", document_id=row.pk)
    usable = keys.usable()
    page = {"given": given, "wrong": wrong, "reasons": reasons, "keys": usable}
    given["key"] = given["key"] or (usable[0].pk if usable else "")
    given["keep"] = given["keep"] or "kept"
    given["replaces"] = given["replaces"] or request.GET.get("replaces", "")[:40]
    return render(request, "documents/sign.html", page, status=400 if wrong or reasons else 200)


@require_safe
def detail(request: HttpRequest, document_id: str) -> HttpResponse:
    """One document: status, certificate, proof, file."""
    row = queries.document(document_id)
    return render(
        request,
        "documents/detail.html",
        {
            "document": row,
            "told": queries.told(row),
            "changes": list(row.changes.order_by("-at")),
            "reasons": status.REASONS,
            "link": f"/v/{row.code}#{row.file_hash}",
            **forms.heard(request),
        },
    )


@require_POST
def download(request: HttpRequest, document_id: str) -> HttpResponse:
    """The signed file: by a form, because a document that is handed out once is gone afterwards."""
    del request
    row = queries.document(document_id)
    body = actions.hand_out(document=row)
    return HttpResponse(
        body,
        content_type=PDF,
        headers={
            "Content-Disposition": f'attachment; filename="{row.code}.pdf"',
            "Cache-Control": "no-store",
        },
    )


@require_POST
def revoke(request: HttpRequest, document_id: str) -> HttpResponse:
    row = queries.document(document_id)
    try:
        actions.revoke(
            document=row,
            reason=request.POST.get("reason", ""),
            words=forms.text(request.POST, "words"),
            by=forms.who(request),
        )
    except RefusedForm as refusal:
        forms.say(request, next(iter(refusal.fields.values())))
    else:
        forms.say(request, "documents.said.revoked")
    return redirect("document", document_id=row.pk)


def _judged(pdf: bytes) -> Verdict:
    """By a process with limits: the file is a stranger's."""
    work = worker.Work(act="check", roots=keys.roots(), at=clock.iso(clock.now()))
    outcome, _ = worker.run(work, pdf)
    if not outcome.verdict:
        return Verdict(good=False, reasons=outcome.reasons)
    return msgspec.json.decode(outcome.verdict, type=Verdict)


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Judge the signature of any PDF, for officers: here the file is uploaded, and not kept."""
    page: dict[str, Any] = {}
    sent = request.FILES.get("file")
    if request.method == "POST" and sent is None:
        page["wrong"] = {"file": "documents.form.file"}
    if sent is not None:
        verdict = _judged(sent.read())
        language = getattr(request, "language", "vi")
        page = {"verdict": verdict, "reasons": [one.told(language) for one in verdict.why], "name": sent.name}
    return render(request, "documents/check.html", page, status=400 if "wrong" in page else 200)
