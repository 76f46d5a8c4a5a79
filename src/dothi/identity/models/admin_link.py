# SPDX-License-Identifier: Apache-2.0
"""One-time links."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class AdminLink(models.Model):
    """A one-time link; only the hash of its token is kept."""

    id = models.BigAutoField(primary_key=True)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link {self.pk}"
