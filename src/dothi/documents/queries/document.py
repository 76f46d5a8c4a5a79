# SPDX-License-Identifier: Apache-2.0
"""Signed documents: for the unit, and what anybody may know."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from dothi.documents.core import certificate
from dothi.documents.errors import NoSuchDocument
from dothi.documents.models import SignedDocument
from dothi.documents.queries.key import chain_of
from dothi.documents.rules import code, status_list
from dothi.foundation.text import fold
from dothi.identity.door import seen
from dothi.ledger.door import proof_of

PAGE = 50


def _rows() -> QuerySet[SignedDocument]:
    return seen(SignedDocument.objects.select_related("paper", "key"))


def document_list(*, words: str = "", status: str = "", page: int = 0) -> tuple[list[SignedDocument], bool]:
    """Documents within reach, newest first, a page of them, and whether there are more."""
    rows = _rows()
    if status:
        rows = rows.filter(status=status)
    if words:
        typed = code.read(words)
        sought = (
            Q(paper__folded__contains=fold(words)) | Q(kind__icontains=words) | Q(file_hash=words.lower())
        )
        rows = rows.filter(Q(pk=typed) if typed else sought)
    found = list(rows.order_by("-signed_at")[page * PAGE : (page + 1) * PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def document(document_id: str) -> SignedDocument:
    """One within reach."""
    found = _rows().filter(pk=document_id).first()
    if found is None:
        raise NoSuchDocument
    return found


def published(document_id: str) -> SignedDocument | None:
    """Of any unit, for anybody: nothing of its paper."""
    return SignedDocument.objects.select_related("key", "replaced_by").filter(pk=document_id).first()


def published_by_hash(file_hash: str) -> SignedDocument | None:
    return SignedDocument.objects.select_related("key", "replaced_by").filter(file_hash=file_hash).first()


class LedgerProof(msgspec.Struct):
    """Where the ledger holds it, for the browser to check."""

    record: str
    number: int | None
    size: int | None
    signed_at: datetime | None
    note: str
    path: list[str]


def _proof(row: SignedDocument) -> LedgerProof | None:
    found = proof_of(row.event_id)
    if found is None:
        return None
    path = [base64.b64encode(one).decode("ascii") for one in found.path]
    return LedgerProof(found.record, found.number, found.size, found.signed_at, found.note, path)


def told(row: SignedDocument) -> dict[str, Any]:
    """What anybody may know of a document: whose, kind, time, status, certificate, proof."""
    return {
        "code": row.code,
        "kind": row.kind,
        "organisation": row.organisation,
        "signed_at": row.signed_at,
        "status": row.status,
        "status_at": row.status_at,
        "reason": row.reason,
        "replaced_by": row.replaced_by.code if row.replaced_by else "",
        "demo": row.demo,
        "level": row.level,
        "pages": row.pages,
        "file_hash": row.file_hash,
        "content_hash": row.content_hash,
        "certificate": msgspec.structs.asdict(certificate.see(chain_of(row.key)[0])),
        "ledger": _proof(row),
    }


def digits() -> int:
    """How the status list is cut now."""
    return status_list.digits(SignedDocument.objects.count())


def list_rows(part: str) -> list[status_list.Row]:
    """The rows of a part of the status list, by hash."""
    return [
        status_list.Row(
            row.file_hash,
            row.status,
            row.kind,
            row.organisation,
            int(row.signed_at.timestamp()),
            int(row.status_at.timestamp()),
            row.reason,
            row.demo,
        )
        for row in SignedDocument.objects.filter(file_hash__startswith=part).order_by("file_hash")
    ]
