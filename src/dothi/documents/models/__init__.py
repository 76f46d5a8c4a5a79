# SPDX-License-Identifier: Apache-2.0
"""Rows of documents, one noun a file."""

from __future__ import annotations

from dothi.documents.models.code import CallCode, CityAddress, MessageCode, Tries
from dothi.documents.models.credential import (
    CredentialOffer,
    IssuedCredential,
    PresentationRequest,
    SpentNonce,
)
from dothi.documents.models.document import DocumentPaper, SignedDocument, StatusChange
from dothi.documents.models.key import SigningKey

__all__ = [
    "CallCode",
    "CityAddress",
    "CredentialOffer",
    "DocumentPaper",
    "IssuedCredential",
    "MessageCode",
    "PresentationRequest",
    "SignedDocument",
    "SigningKey",
    "SpentNonce",
    "StatusChange",
    "Tries",
]
