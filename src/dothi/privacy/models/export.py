# SPDX-License-Identifier: Apache-2.0
"""What somebody asked to take home."""

from __future__ import annotations

import secrets

from django.db import models

from dothi.foundation import clock


def export_id() -> str:
    return f"exp_{secrets.token_hex(8)}"


class Export(models.Model):
    """One zip for one person. `content` is emptied when it was handed out, replaced or has expired."""

    id = models.CharField(primary_key=True, max_length=40, default=export_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    account = models.CharField(max_length=40)
    content = models.BinaryField(default=bytes)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["tenant", "account", "-made_at"], name="privacy_export_newest"),)

    def __str__(self) -> str:
        return self.id
