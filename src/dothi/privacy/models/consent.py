# SPDX-License-Identifier: Apache-2.0
"""Consents, and the very words that were shown."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class ConsentText(models.Model):
    """The words of one version for one purpose; never edited. `sha256`: of the words in both languages."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    purpose = models.CharField(max_length=50)
    version = models.IntegerField()
    words = models.JSONField()
    sha256 = models.CharField(max_length=64)
    by = models.CharField(max_length=60, default="", blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "purpose", "version"], name="privacy_consenttext_once"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version}"


class Consent(models.Model):
    """One person's yes to one text, and until when it stood. A yes to other words is another row."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    account = models.CharField(max_length=40)
    purpose = models.CharField(max_length=50)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5)
    given_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "account", "purpose"],
                name="privacy_consent_one_standing",
                condition=models.Q(withdrawn_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} of {self.account}"
