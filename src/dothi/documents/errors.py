# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with documents.

DothiError
├── BadInput
│   ├── RefusedForm       a form with sentences at its fields
│   ├── RefusedFile       a PDF that cannot be signed as it is; `reasons` say what to do
│   ├── BadCode           something typed that is no code of ours
│   └── WalletError       a wallet or verifier asks what the protocol does not allow; `code` is the protocol's word
├── NotFound
│   ├── NoSuchDocument    no document of that id within reach
│   ├── NoSuchKey         no signing key of that id within reach
│   └── NoFile            the file was handed out once and is not kept
├── Conflict
│   └── NotValidAnyMore   what is revoked or replaced cannot be so again
├── TooOften              429: too many tries from one place
└── Busy
    └── CannotSign        the key, token or service does not sign now
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from dothi.documents.core.sentence import Reason
from dothi.foundation.errors import BadInput, Busy, Conflict, DothiError, NotFound


class RefusedForm(BadInput):
    """What was entered cannot be taken; `fields`: field name -> message key."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("documents.form.refused")
        self.fields = fields


class RefusedFile(BadInput):
    """A PDF that cannot be signed as it is."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("documents.file.refused")
        self.reasons = list(reasons)


class BadCode(BadInput):
    """Something typed that is no code of ours."""

    def __init__(self) -> None:
        super().__init__("documents.code.bad")


class WalletError(BadInput):
    """A wallet or verifier asks what the protocol does not allow."""

    def __init__(self, code: str, key: str = "documents.wallet.refused") -> None:
        super().__init__(key)
        self.code = code


class NoSuchDocument(NotFound):
    """No document of that id within reach."""

    def __init__(self) -> None:
        super().__init__("documents.document.missing")


class NoSuchKey(NotFound):
    """No signing key of that id within reach."""

    def __init__(self) -> None:
        super().__init__("documents.key.missing")


class NoFile(NotFound):
    """The file was handed out once and is not kept."""

    def __init__(self) -> None:
        super().__init__("documents.file.gone")


class NotValidAnyMore(Conflict):
    """What is revoked or replaced cannot be so again."""

    def __init__(self) -> None:
        super().__init__("documents.document.not_valid")


class TooOften(DothiError):
    """Too many tries from one place."""

    status: ClassVar[int] = 429
    title: ClassVar[str] = "Too many requests"
    retryable: ClassVar[bool] = True

    def __init__(self, seconds: int) -> None:
        super().__init__("documents.too_often", retry_after=seconds)


class CannotSign(Busy):
    """The key, token or service does not sign now."""

    def __init__(self) -> None:
        super().__init__("documents.key.does_not_sign", retry_after=60)
