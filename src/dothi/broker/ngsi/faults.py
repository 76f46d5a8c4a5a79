# SPDX-License-Identifier: Apache-2.0
"""Errors of the language (CIM 009 5.5.2), each told by a sentence of `messages`.

DothiError
├── BadInput
│   ├── InvalidRequest       400  the request cannot be read at all (syntax)
│   └── BadRequestData       400  it can be read, but its data breaks a rule
├── ContextNotAvailable      504  a remote @context cannot be had
├── NotSupported             422  a part of the standard that this broker does not offer
├── TooComplexQuery          403
└── TooManyResults           403
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput, DothiError


class InvalidRequest(BadInput):
    title = "Invalid request"


class BadRequestData(BadInput):
    title = "Bad request data"


class ContextNotAvailable(DothiError):
    status = 504
    title = "LD context not available"


class NotSupported(DothiError):
    status = 422
    title = "Operation not supported"


class TooComplexQuery(DothiError):
    status = 403
    title = "Too complex query"


class TooManyResults(DothiError):
    status = 403
    title = "Too many results"
