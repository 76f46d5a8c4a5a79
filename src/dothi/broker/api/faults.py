# SPDX-License-Identifier: Apache-2.0
"""The single place that maps errors to HTTP (CIM 009 5.5.2, 5.5.3, 6.3.2).

MethodNotAllowed 405, UnsupportedMediaType 415 and NotAcceptable 406 exist only here. The standard has problem
details served as application/json, so that old clients are not broken (5.5.3).
"""

from __future__ import annotations

from typing import Any

import psycopg

from dothi.broker.errors import QuotaReached, TooMuchAsked
from dothi.broker.ngsi.faults import (
    BadRequestData,
    ContextNotAvailable,
    InvalidRequest,
    NotSupported,
    TooComplexQuery,
    TooManyResults,
)
from dothi.foundation import errors, log, problem
from dothi.foundation.errors import DothiError

NGSI_ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
_log = log.get(__name__)


class MethodNotAllowed(DothiError):
    status = 405
    title = "Method not allowed"


class UnsupportedMediaType(DothiError):
    status = 415
    title = "Unsupported media type"


class NotAcceptable(DothiError):
    status = 406
    title = "Not acceptable"


class KeyReused(DothiError):
    """An Idempotency-Key came a second time, with another request."""

    status = 422
    title = "Idempotency key reused"


class Internal(DothiError):
    """Something failed that the caller cannot act on."""


_NAMES: tuple[tuple[type[DothiError], str], ...] = (
    (InvalidRequest, "InvalidRequest"),
    (BadRequestData, "BadRequestData"),
    (ContextNotAvailable, "LdContextNotAvailable"),
    (NotSupported, "OperationNotSupported"),
    (TooComplexQuery, "TooComplexQuery"),
    (TooManyResults, "TooManyResults"),
    (TooMuchAsked, "TooComplexQuery"),
    (errors.BadInput, "BadRequestData"),
    (errors.NotFound, "ResourceNotFound"),
    (errors.Conflict, "AlreadyExists"),
    (errors.TooLarge, "InvalidRequest"),
    (MethodNotAllowed, "OperationNotSupported"),
    (UnsupportedMediaType, "InvalidRequest"),
    (KeyReused, "InvalidRequest"),
    (NotAcceptable, "InvalidRequest"),
    (errors.NotAuthenticated, "InvalidRequest"),
    (errors.NotAllowed, "InvalidRequest"),
    (QuotaReached, "InvalidRequest"),
)


def type_of(error: DothiError) -> str:
    return NGSI_ERRORS + next((name for kind, name in _NAMES if isinstance(error, kind)), "InternalError")


def known(error: Exception, request_id: str) -> DothiError:
    """The error to tell; what nobody foresaw is logged and told as an internal one."""
    if isinstance(error, DothiError):
        return error
    if isinstance(error, psycopg.errors.QueryCanceled):
        return TooMuchAsked("broker.too_slow")
    if isinstance(error, psycopg.errors.InvalidRegularExpression):
        return BadRequestData("broker.ngsi.q_pattern", pattern="…")
    if isinstance(error, psycopg.DataError):
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return BadRequestData("broker.ngsi.not_answerable", reason=reason)
    if isinstance(error, psycopg.OperationalError | TimeoutError):
        _log.warning("store not reachable", request_id=request_id, error=str(error)[:300])
        return errors.Busy("foundation.busy", seconds=2, retry_after=2)
    _log.error("request failed", request_id=request_id, exc_info=error)
    return Internal("foundation.internal", request_id=request_id)


def body(error: DothiError, language: str, request_id: str) -> dict[str, Any]:
    return problem.body(error, language, request_id=request_id, type_=type_of(error))


def headers(error: DothiError) -> dict[str, str]:
    found = problem.headers(error)
    if isinstance(error, MethodNotAllowed):
        found["Allow"] = str(error.values["allowed"])
    if isinstance(error, errors.NotAuthenticated):
        found["WWW-Authenticate"] = "Bearer"
    return found
