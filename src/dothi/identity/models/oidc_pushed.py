# SPDX-License-Identifier: Apache-2.0
"""Authorization requests that a client pushed (RFC 9126)."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class OidcPushed(models.Model):
    """One pushed request; only the hash of its handle is kept, and it is answered once."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    hash = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey("allauth_idp_oidc.Client", on_delete=models.CASCADE, related_name="+")
    parameters = models.JSONField()
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"pushed {self.pk}"
