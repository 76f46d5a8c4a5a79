# SPDX-License-Identifier: Apache-2.0
"""Documents are signed, handed out, revoked and replaced."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction

from dothi.documents.core import sealing, worker
from dothi.documents.core.paper import Paper, draw
from dothi.documents.errors import CannotSign, NoFile, NotValidAnyMore, RefusedFile, RefusedForm
from dothi.documents.models import DocumentPaper, SignedDocument, SigningKey, StatusChange
from dothi.documents.models.document import document_id
from dothi.documents.queries import key as keys
from dothi.documents.rules import code, status
from dothi.foundation import clock, log
from dothi.foundation.text import fold, nfc
from dothi.ledger.door import note

KEEP = ("kept", "once")
_log = log.get(__name__)


def _stamper() -> Any:
    """The time-stamp authority that is set, or None."""
    url = settings.SETTINGS.document_tsa
    if not url:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper  # noqa: PLC0415 - slow import

    return HTTPTimeStamper(url, timeout=10)


def _prepared(pdf: bytes, document: str, content_hash: str, *, demo: bool) -> tuple[int, bytes]:
    """The stamped file; RefusedFile says what to do."""
    address = f"{settings.SETTINGS.url}/v/{code.shown(document)}#{content_hash}"
    work = worker.Work(act="prepare", address=address, code=code.shown(document), watermark=demo)
    outcome, stamped = worker.run(work, pdf)
    if outcome.reasons:
        raise RefusedFile(outcome.reasons)
    return outcome.pages, stamped


def _sealed(stamped: bytes, key: SigningKey, stamper: Any) -> sealing.Sealed:
    try:
        return sealing.seal(
            stamped,
            key=keys.opened(key),
            name=key.name,
            at=clock.now(),
            stamper=stamper,
            roots=keys.configured_roots(),
            fetch=not key.demo,
        )
    except CannotSign:
        raise
    except Exception as error:
        # A token, a driver or a service fails in its own words; people get one sentence, the log the rest.
        _log.exception("documents.cannot_sign", kind=key.kind)
        raise CannotSign from error


def _checked(title: str, kind: str, keep: str, key: SigningKey) -> tuple[str, str]:
    title, kind = nfc(title), nfc(kind)
    wrong: dict[str, str] = {}
    if not title:
        wrong["title"] = "documents.form.title"
    if not kind:
        wrong["kind"] = "documents.form.kind"
    if keep not in KEEP:
        wrong["keep"] = "documents.form.keep"
    if key.retired_at is not None:
        wrong["key"] = "documents.form.key"
    if wrong:
        raise RefusedForm(wrong)
    return title[:300], kind[:120]


@transaction.atomic
def sign(
    *,
    title: str,
    kind: str,
    key: SigningKey,
    pdf: bytes | None = None,
    paper: Paper | None = None,
    keep: str = "kept",
    replaces: SignedDocument | None = None,
    by: str = "",
    stamper: Any = None,
) -> tuple[SignedDocument, bytes]:
    """Sign a PDF, or one drawn from a template; the row and the signed file.

    `keep`: "kept", or "once": then it is gone after the first download. `replaces`: an older one that this follows.
    """
    title, kind = _checked(title, kind, keep, key)
    given = pdf if pdf is not None else draw(paper) if paper is not None else b""
    if replaces is not None and not status.may_become(replaces.status, status.REPLACED):
        raise NotValidAnyMore
    document, content_hash = document_id(), hashlib.sha256(given).hexdigest()
    pages, stamped = _prepared(given, document, content_hash, demo=key.demo)
    sealed = _sealed(stamped, key, stamper or _stamper())
    now = clock.now()
    row = SignedDocument.objects.create(
        pk=document, tenant=key.tenant, unit=key.unit, kind=kind, organisation=key.name, key=key,
        fingerprint=key.fingerprint, file_hash=hashlib.sha256(sealed.pdf).hexdigest(), content_hash=content_hash,
        pages=pages, level=sealed.level, demo=key.demo, signed_at=now, status_at=now,
    )  # fmt: skip
    DocumentPaper.objects.create(
        document=row, tenant=row.tenant, unit=row.unit, title=title, folded=fold(title)[:300], keep=keep,
        body=sealed.pdf, by=by,
    )  # fmt: skip
    _note_signed(row)
    if replaces is not None:
        _end(replaces, to=status.REPLACED, reason="", words="", by=by, replaced_by=row)
    return row, sealed.pdf


def _note_signed(row: SignedDocument) -> None:
    """Who signed, for the unit's eyes; and what is vouched for, for everybody's: that one names no person."""
    note("documents.act.signed", f"document:{row.pk}", tenant=row.tenant, key=row.key_id, level=row.level)
    note(
        "documents.act.vouched",
        f"document:{row.pk}",
        by="city:documents",
        at=row.signed_at,
        tenant=row.tenant,
        event_id=row.event_id,
        sha256=row.file_hash,
        certificate=row.fingerprint,
    )


def _end(
    row: SignedDocument,
    *,
    to: str,
    reason: str,
    words: str,
    by: str,
    replaced_by: SignedDocument | None = None,
) -> None:
    locked = SignedDocument.objects.select_for_update().get(pk=row.pk)
    if not status.may_become(locked.status, to):
        raise NotValidAnyMore
    row.status, row.status_at, row.reason = to, clock.now(), reason
    row.replaced_by, row.status_event_id = replaced_by, uuid.uuid4()
    row.save(update_fields=["status", "status_at", "reason", "replaced_by", "status_event_id"])
    StatusChange.objects.create(
        tenant=row.tenant, unit=row.unit, document=row, status=to, reason=reason, note=nfc(words)[:500],
        at=row.status_at, by=by,
    )  # fmt: skip
    note(f"documents.act.{to}", f"document:{row.pk}", tenant=row.tenant, reason=reason)
    note(
        "documents.act.unvouched",
        f"document:{row.pk}",
        by="city:documents",
        at=row.status_at,
        tenant=row.tenant,
        event_id=row.status_event_id,
        sha256=row.file_hash,
        status=to,
    )


@transaction.atomic
def revoke(*, document: SignedDocument, reason: str, words: str = "", by: str = "") -> SignedDocument:
    """Say that it is not valid any more, for a published reason; `words` stay within the unit."""
    if reason not in status.REASONS:
        raise RefusedForm({"reason": "documents.form.reason"})
    _end(document, to=status.REVOKED, reason=reason, words=words, by=by)
    return document


@transaction.atomic
def hand_out(*, document: SignedDocument) -> bytes:
    """The signed file; of one that is handed out once, for the last time."""
    paper = DocumentPaper.objects.select_for_update().get(document=document)
    if paper.body is None:
        raise NoFile
    body = bytes(paper.body)
    paper.handed_at = clock.now()
    if paper.keep == "once":
        paper.body = None
    paper.save(update_fields=["handed_at", "body"])
    note("documents.act.handed_out", f"document:{document.pk}", tenant=document.tenant, keep=paper.keep)
    return body
