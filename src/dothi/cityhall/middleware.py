# SPDX-License-Identifier: Apache-2.0
"""What happens round every page: a mark, safe headers, a language, one transaction for one tenant, who asks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import DataError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from dothi.cityhall import error_pages, folders
from dothi.foundation import log
from dothi.foundation.errors import DothiError, StorageFull
from dothi.foundation.messages import LANGUAGES, best_language
from dothi.identity import door as identity
from dothi.ledger import door as ledger

Handler = Callable[[HttpRequest], HttpResponseBase]
LANGUAGE_COOKIE = "dothi_language"
THEME_COOKIE = "dothi_theme"
DEFAULT_TENANT = ""
_MARK = re.compile(r"[A-Za-z0-9-]{8,64}")
_log = log.get(__name__)


class RequestMark:
    """Gives each request the id that its log lines, its error page and its answer carry."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        mark = given if _MARK.fullmatch(given) else str(uuid.uuid4())
        request.mark = mark  # type: ignore[attr-defined]  # - Django requests are meant to be written on
        with structlog.contextvars.bound_contextvars(request_id=mark):
            answer = self.handler(request)
        answer["X-Request-Id"] = mark
        return answer


def content_security_policy(tile_url: str) -> str:
    """Only our own origin, no inline code; the city's own tile server when it has one."""
    tiles = re.match(r"https?://[^/]+", tile_url)
    more = f" {tiles.group()}" if tiles else ""
    return "; ".join(
        [
            "default-src 'none'",
            "object-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{more}",
            "font-src 'self'",
            f"connect-src 'self'{more}",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ]
    )


TRUSTED_TYPES = "; require-trusted-types-for 'script'; trusted-types 'none'"
"""No script of the page may turn a text into a page, a script or an address of one."""
_NEEDS_MORE = re.compile(rb'<script type="module" src="[^"<>]*/(console|place|verify)\.js"></script>')
"""Pages with a map (MapLibre starts its worker and writes its credits by such a way) and /verify/ (a service worker)."""


def _is_plain_page(answer: HttpResponseBase) -> bool:
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return False
    return _NEEDS_MORE.search(getattr(answer, "content", b"")) is None


class SafetyHeaders:
    """Headers that keep a page ours; pages of signed-in people are kept by no cache."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.policy = content_security_policy(settings.SETTINGS.tile_url)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.handler(request)
        policy = self.policy + (TRUSTED_TYPES if _is_plain_page(answer) else "")
        answer.headers.setdefault("Content-Security-Policy", policy)
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("X-Frame-Options", "DENY")
        answer.headers.setdefault("Referrer-Policy", "same-origin")
        answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), payment=()")
        answer.headers.setdefault("Cache-Control", "no-cache, private")
        return answer


class ChosenLanguage:
    """The cookie's language, else the browser's, else the installation's; on the request and in the answer."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
        language = (
            chosen
            if chosen in LANGUAGES
            else best_language(request.headers.get("Accept-Language"), settings.LANGUAGE_CODE)
        )
        request.language = language  # type: ignore[attr-defined]  # - Django requests are meant to be written on
        answer = self.handler(request)
        answer.headers.setdefault("Content-Language", language)
        return answer


class ErrorPages:
    """The last net: a store that does not answer is a 503 with what to do, not a bare failure.

    An address with a NUL is none of ours: PostgreSQL has no text with one to compare it with.
    """

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path:
            return error_pages.missing(request)
        try:
            return self.handler(request)
        except OperationalError:
            _log.exception("The database does not answer")
            return error_pages.busy(request)


class RoomOnDisk:
    """Takes no file in while the disk is nearly full: before its body is read, for that would be kept, too."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.content_type == "multipart/form-data" and folders.is_low(settings.SETTINGS):
            return error_pages.told(request, StorageFull("foundation.storage_full", retry_after=30))
        return self.handler(request)


class TenantTransaction:
    """One transaction a request, with the tenant that row-level security goes by; rolled back when it fails.

    Not ATOMIC_REQUESTS: that begins after the middleware, and sessions and accounts are read there.
    """

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.tenant = DEFAULT_TENANT  # type: ignore[attr-defined]  # - Django requests are meant to be written on
        with transaction.atomic():
            with connection.cursor() as cursor:
                identity.enter_tenant(cursor, DEFAULT_TENANT)
            with identity.nowhere():  # until the gate of the page says how far one may look
                answer = self.handler(request)
            if answer.status_code >= 500:
                transaction.set_rollback(True)
        return answer


class CurrentAccount:
    """Who asks, looked up when somebody wants to know; the ledger is told who acts."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        identity.keep_limits(request)
        request.account = SimpleLazyObject(  # type: ignore[attr-defined]  # - Django requests are meant to be written on
            lambda: identity.account_of(request)
        )
        with ledger.acting(lambda: identity.actor_of(identity.current(request))):
            return self.handler(request)


class DomainErrors:
    """The one place that turns an error of ours into a page; rooms raise and do not translate."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return error_pages.not_so(request, self.handler(request))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if isinstance(error, OperationalError):
            _log.error("The database does not answer", error=str(error))
            return error_pages.busy(request)
        if isinstance(error, DataError) and "NUL" in str(
            error
        ):  # refused before it was sent: nothing is broken
            return error_pages.bad_request(request)
        return error_pages.told(request, error) if isinstance(error, DothiError) else None
