# SPDX-License-Identifier: Apache-2.0
"""What a person allowed a client to know, until when, and whether it was taken back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account


class OidcConsent(models.Model):
    """One answer of a person; a later answer is a new row, and only the newest counts."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="consents")
    client = models.ForeignKey("allauth_idp_oidc.Client", on_delete=models.CASCADE, related_name="consents")
    asked = models.CharField(max_length=300)
    scopes = models.CharField(max_length=300)
    """What was shown, and what of it was allowed."""
    is_remembered = models.BooleanField(default=False)
    given_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "client", "given_at"], name="oidc_consent_account")
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
