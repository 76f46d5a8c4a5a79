# SPDX-License-Identifier: Apache-2.0
"""A visitor's choices of language and theme: plain forms that work without a script."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dothi.cityhall.middleware import LANGUAGE_COOKIE, THEME_COOKIE
from dothi.foundation.messages import LANGUAGES
from dothi.identity.door import public

_YEAR = 365 * 86400


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that the choice was made on, if it is one of ours."""
    target = request.POST.get("next", "/")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target if safe else "/")


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    answer = _back(request)
    answer.set_cookie(
        cookie, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=False
    )
    return answer


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    return _remember(request, LANGUAGE_COOKIE, chosen) if chosen in LANGUAGES else _back(request)


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """`light`, `dark`, or anything else for what the device prefers."""
    chosen = request.POST.get("theme", "")
    return _remember(request, THEME_COOKIE, chosen if chosen in {"light", "dark"} else "auto")
