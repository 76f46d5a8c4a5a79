# SPDX-License-Identifier: Apache-2.0
"""Errors of the broker beside those of foundation.

Busy and StorageFull are foundation's: nothing was written, send it again later.
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput, Conflict, DothiError


class WriteRefused(BadInput):
    """The database cannot keep this write: its content is the cause, a second try will not help."""


class NewerDatabase(Conflict):
    """The database was migrated by newer code; install that version or a newer one."""


class TooMuchAsked(DothiError):
    """The answer would need more rows than one request may read; ask for a shorter stretch of time."""

    status = 403
    title = "Too complex query"


class QuotaReached(DothiError):
    """The key has asked as often as it may for now; `retry_after` says when it may again."""

    status = 429
    title = "Too many requests"
    retryable = True
