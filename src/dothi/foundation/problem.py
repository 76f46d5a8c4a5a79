# SPDX-License-Identifier: Apache-2.0
"""Problem details for HTTP APIs (RFC 9457)."""

from __future__ import annotations

from typing import Any

from dothi.foundation.errors import DothiError

CONTENT_TYPE = "application/problem+json"


def body(error: DothiError, language: str, *, request_id: str, type_: str = "about:blank") -> dict[str, Any]:
    """The problem object of an error: type, title, status, detail, instance (the request id as URN)."""
    return {
        "type": type_,
        "title": error.title,
        "status": error.status,
        "detail": error.sentence(language),
        "instance": f"urn:dothi:request:{request_id}",
    }


def headers(error: DothiError) -> dict[str, str]:
    """Retry-After when the error says when to come back."""
    return {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
