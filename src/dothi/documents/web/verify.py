# SPDX-License-Identifier: Apache-2.0
"""The public page of checks: a paper, a message, a caller, an address. No file is ever uploaded here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from dothi.documents.actions import code as code_actions
from dothi.documents.actions import status_list, tries
from dothi.documents.models import MessageCode, SignedDocument
from dothi.documents.queries import code as codes
from dothi.documents.queries import document as documents
from dothi.documents.rules import code as rules
from dothi.documents.web import forms

MISSED, ASKED = 20, 300
"""Wrong codes that one place may try in a minute (many people share an address), and questions of all kinds."""
TEXT = 20_000
"""Letters of a pasted message that are read."""
_WRONG = frozenset({"unknown", "unknown_call", "typo"})
_HASH = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"[0-9a-f]{0,8}")


def _document(row: SignedDocument | None) -> dict[str, Any]:
    if row is None:
        return {"answer": "unknown"}
    return {"answer": "document", "document": documents.told(row)}


def _verdict(row: MessageCode, pasted: set[str]) -> str:
    """`same` only when the text was compared: a real code may have been copied under a false text."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    if not row.text_hash:
        return "no_hash"
    if not pasted:
        return "not_compared"
    return "same" if row.text_hash in pasted else "different"


def _message(row: MessageCode, post: QueryDict) -> dict[str, Any]:
    """What is told of a message. The browser sends hashes of the pasted text; without JavaScript comes the text."""
    pasted = set(_HASH.findall(post.get("text_hash", "")[:200]))
    if text := post.get("text", "")[:TEXT]:
        pasted |= code_actions.text_hashes(text, row.pk) if text.strip() else set()
    return {
        "answer": "message",
        "message": row,
        "code": rules.shown(row.pk),
        "verdict": _verdict(row, pasted),
    }


def _of_code(typed: str, post: QueryDict) -> dict[str, Any]:
    """A document, a message or a call; the same answer for all that is none."""
    found = rules.read(typed)
    if found is None:
        return {"answer": "typo"}
    if len(found) == rules.SHORT:
        call = code_actions.answer_call(typed=found)
        return {"answer": "call", "call": call} if call else {"answer": "unknown_call"}
    message = codes.message(found)
    if message is not None:
        return _message(message, post)
    return _document(documents.published(found))


def _of_address(host: str) -> dict[str, Any]:
    about = codes.address_of(host)
    return {
        "answer": "address" if about is not None else "foreign_address",
        "host": host,
        "about": about or "",
    }


def _typed(typed: str, post: QueryDict) -> dict[str, Any]:
    """What was typed: a SHA-256, a code, or an address."""
    text = typed.strip()
    if _HASH.fullmatch(text.lower()):
        return _document(documents.published_by_hash(text.lower()))
    own = re.search(r"/v/([0-9A-Za-z-]{8,20})", text)
    if own and codes.address_of(code_actions.host_of(text)) is not None:
        return _of_code(own.group(1), post)
    if "." in text or "://" in text:
        return _of_address(code_actions.host_of(text))
    return _of_code(text, post)


def _count(request: HttpRequest, what: str = "asked", most: int = ASKED) -> None:
    tries.count(who=forms.origin(request), what=what, most=most, tenant=forms.tenant(request))


def _guarded(request: HttpRequest, find: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, unless this place tried too many wrong codes: then right ones are not answered either."""
    _count(request)
    who, tenant = forms.origin(request), forms.tenant(request)
    tries.stop_when_spent(who=who, what="missed", most=MISSED, tenant=tenant)
    found = find()
    if found["answer"] in _WRONG:
        _count(request, "missed", MISSED)
    return found


@ensure_csrf_cookie
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The page, and the answer to what was typed."""
    found: dict[str, Any] = {}
    if request.method == "POST":
        typed = request.POST.get("typed", "")[:2000]
        if typed.strip():
            found = {**_guarded(request, lambda: _typed(typed, request.POST)), "typed": typed[:200]}
        else:
            found = {"answer": "empty"}
    return render(request, "documents/verify.html", found)


@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    """Where a QR leads. What stands behind `#` stays in the browser, which compares it."""
    is_call = (
        len(rules.read(code) or "") == rules.SHORT
    )  # a call's code is typed, never followed: that would spend it
    answer = _guarded(request, lambda: {"answer": "typo"} if is_call else _of_code(code, request.POST))
    return render(request, "documents/verify.html", answer)


@require_safe
def result(request: HttpRequest, file_hash: str) -> HttpResponse:
    """What is known of a file by its SHA-256, as a part of the page."""
    _count(request)
    return render(request, "documents/_answer.html", _document(documents.published_by_hash(file_hash)))


@require_safe
def status_part(request: HttpRequest, part: str) -> HttpResponse:
    """A part of the signed status list: `all`, or the first digits of a hash."""
    wanted = "" if part == "all" else part
    if not _PART.fullmatch(wanted):
        raise Http404
    digits = documents.digits()
    if len(wanted) != digits:
        wanted = wanted[:digits] if len(wanted) > digits else wanted
    if len(wanted) < digits:  # too coarse: only says how finely it is cut
        wanted = "-"
    body = status_list.signed_part(wanted, tenant=forms.tenant(request))
    return HttpResponse(body, content_type="application/jwt", headers={"Cache-Control": "max-age=60"})


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The keys that the status list is signed with."""
    return JsonResponse({"keys": status_list.published_keys("list", tenant=forms.tenant(request))})


@require_safe
def document(request: HttpRequest, file_hash: str) -> HttpResponse:
    """What is known of a file by its SHA-256, for programs."""
    _count(request)
    row = documents.published_by_hash(file_hash)
    told: dict[str, Any] = documents.told(row) if row else {"status": "unknown"}
    return HttpResponse(msgspec.json.encode(told), content_type="application/json")


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The program that keeps the page for times without a line; from here, so that it may serve this address."""
    found = finders.find("dothi/verify-worker.js")
    if not found:
        raise Http404
    return HttpResponse(Path(str(found)).read_bytes(), content_type="text/javascript; charset=utf-8")
