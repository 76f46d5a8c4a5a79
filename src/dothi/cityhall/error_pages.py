# SPDX-License-Identifier: Apache-2.0
"""Pages for what goes wrong: each says what happened, what to do next, and the mark to quote.

They read nothing from the database: it may be the very thing that failed.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from dothi.foundation import messages, problem
from dothi.foundation.errors import DothiError
from dothi.identity.door import public

_WITH_A_HEADING = frozenset({400, 403, 404, 405, 413, 503, 507})


def _page(
    request: HttpRequest, status: int, *, reason: str = "", retry_after: int | None = None
) -> HttpResponse:
    language = getattr(request, "language", "vi")
    body = render_to_string(
        "dothi/error.html",
        {
            "status": status,
            "language": language,
            "theme": request.COOKIES.get("dothi_theme", ""),
            "heading": messages.text(language, f"cityhall.error.{status}.heading"),
            "advice": reason or messages.text(language, f"cityhall.error.{status}.advice"),
            "mark": getattr(request, "mark", ""),
        },
    )
    answer = HttpResponse(body, status=status)
    answer["Cache-Control"] = "no-store"
    if retry_after is not None:
        answer["Retry-After"] = str(retry_after)
    return answer


def told(request: HttpRequest, error: DothiError) -> HttpResponse:
    """An error of ours, as a page, or as problem+json for a script."""
    language = getattr(request, "language", "vi")
    if getattr(request, "wants_problem", False) or "application/json" in request.headers.get("Accept", ""):
        mark = getattr(request, "mark", "")
        answer = JsonResponse(problem.body(error, language, request_id=mark), status=error.status)
        answer["Content-Type"] = problem.CONTENT_TYPE
        for name, value in problem.headers(error).items():
            answer[name] = value
        return answer
    known = error.status if error.status in _WITH_A_HEADING else (400 if error.status < 500 else 503)
    answer_page = _page(request, known, reason=error.sentence(language), retry_after=error.retry_after)
    answer_page.status_code = error.status
    return answer_page


def not_so(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """A page instead of Django's empty answer for a method that an address does not take; programs keep that one."""
    is_empty = isinstance(answer, HttpResponse) and not answer.content
    if answer.status_code != 405 or not is_empty or "text/html" not in request.headers.get("Accept", ""):
        return answer
    page = _page(request, 405)
    page["Allow"] = answer.headers.get("Allow", "")
    return page


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return _page(request, 400)


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return _page(request, 403)


@public
def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return _page(request, 404)


@public
def failed(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def busy(request: HttpRequest) -> HttpResponse:
    return _page(request, 503, retry_after=5)


def forged(request: HttpRequest, reason: str = "", **_rest: Any) -> HttpResponse:
    """A form without our token: mostly a page that stood open too long."""
    del reason
    language = getattr(request, "language", "vi")
    return _page(request, 403, reason=messages.text(language, "cityhall.error.form_too_old"))
