# SPDX-License-Identifier: Apache-2.0
"""Signed documents: what anybody may see of them, and apart from it what only their unit sees."""

from __future__ import annotations

import uuid

from django.db import models

from dothi.documents.models.key import SigningKey
from dothi.documents.rules import code, status
from dothi.foundation import clock


def document_id() -> str:
    return code.new(code.LONG)


class SignedDocument(models.Model):
    """What the city vouches for: no title and no name of a person. `id` is the short code.

    `file_hash`: SHA-256 of the signed file; `content_hash`: of the file as it was handed in, which the QR carries.
    `event_id`: of the record in the ledger that anybody may see; `status_event_id`: of the one about its end.
    """

    id = models.CharField(primary_key=True, max_length=12, default=document_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    kind = models.CharField(max_length=120)
    organisation = models.CharField(max_length=200)
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="documents")
    fingerprint = models.CharField(max_length=64)
    file_hash = models.CharField(max_length=64, unique=True)
    content_hash = models.CharField(max_length=64)
    pages = models.PositiveIntegerField()
    level = models.CharField(max_length=8)
    demo = models.BooleanField()
    signed_at = models.DateTimeField()
    status = models.CharField(max_length=10, default=status.VALID)
    status_at = models.DateTimeField()
    reason = models.CharField(max_length=12, default="", blank=True)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaces")
    event_id = models.UUIDField(default=uuid.uuid4)
    status_event_id = models.UUIDField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["tenant", "-signed_at"], name="documents_by_time"),
            models.Index(fields=["content_hash"], name="documents_by_content"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The code as people read it."""
        return code.shown(self.id)


class DocumentPaper(models.Model):
    """What only the unit sees: the title, and the file when it is kept. `keep`: kept, or once (gone after one download)."""

    document = models.OneToOneField(
        SignedDocument, primary_key=True, on_delete=models.PROTECT, related_name="paper"
    )
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    title = models.CharField(max_length=300)
    folded = models.CharField(max_length=300, default="", blank=True)
    keep = models.CharField(max_length=6, default="kept")
    body = models.BinaryField(null=True)
    handed_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=60, default="", blank=True)

    def __str__(self) -> str:
        return self.title


class StatusChange(models.Model):
    """How a document came to its status; rows are added, never changed. `note`: for the unit's own eyes."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    document = models.ForeignKey(SignedDocument, on_delete=models.PROTECT, related_name="changes")
    status = models.CharField(max_length=10)
    reason = models.CharField(max_length=12, default="", blank=True)
    note = models.CharField(max_length=500, default="", blank=True)
    at = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=60, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.document_id} {self.status}"
