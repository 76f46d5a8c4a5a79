# SPDX-License-Identifier: Apache-2.0
"""The door of documents."""

from __future__ import annotations

from dothi.documents.actions.code import code_for, withdraw_code
from dothi.documents.actions.document import hand_out, revoke, sign
from dothi.documents.actions.key import make_demo_key
from dothi.documents.core.paper import Paper
from dothi.documents.errors import CannotSign, NotValidAnyMore, RefusedFile
from dothi.documents.models import SignedDocument, SigningKey
from dothi.documents.queries.document import document, document_list
from dothi.documents.queries.key import key_list
from dothi.documents.vault import set_secret

__all__ = [
    "CannotSign",
    "NotValidAnyMore",
    "Paper",
    "RefusedFile",
    "SignedDocument",
    "SigningKey",
    "code_for",
    "document",
    "document_list",
    "hand_out",
    "key_list",
    "make_demo_key",
    "revoke",
    "set_secret",
    "sign",
    "withdraw_code",
]
