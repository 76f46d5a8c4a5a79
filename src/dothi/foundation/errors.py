# SPDX-License-Identifier: Apache-2.0
"""Errors that a user can act on.

DothiError
├── BadInput          400  the request cannot be understood; correct it
├── NotAllowed        401/403
├── NotFound          404
├── Conflict          409
├── TooLarge          413
├── Busy              503  retry after `retry_after` seconds
└── StorageFull       507  retry after `retry_after` seconds

The text of an error is a message key of `messages` plus its parameters, so it is told in the user's language.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dothi.foundation import messages


class DothiError(Exception):
    """Something went wrong that the caller can act on."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    retryable: ClassVar[bool] = False

    def __init__(self, key: str, *, retry_after: int | None = None, **values: Any) -> None:
        super().__init__(messages.text("en", key, **values))
        self.key = key
        self.values = values
        self.retry_after = retry_after

    def sentence(self, language: str) -> str:
        """The message in `vi` or `en`."""
        return messages.text(language, self.key, **self.values)


class BadInput(DothiError):
    status = 400
    title = "Bad input"


class NotAuthenticated(DothiError):
    status = 401
    title = "Not authenticated"


class NotAllowed(DothiError):
    status = 403
    title = "Not allowed"


class NotFound(DothiError):
    status = 404
    title = "Does not exist"


class Conflict(DothiError):
    status = 409
    title = "Conflict"


class TooLarge(DothiError):
    status = 413
    title = "Too large"


class Busy(DothiError):
    status = 503
    title = "Busy"
    retryable = True


class StorageFull(DothiError):
    status = 507
    title = "Storage is full"
    retryable = True
