# SPDX-License-Identifier: Apache-2.0

"""Recoveries at the counter."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account

DOCUMENTS = ("citizen_card", "passport", "staff_card")


class Recovery(models.Model):
    """A person at the counter, vouched for by two officers, gets a one-time code for a new passkey.

    Of the document only its kind and last digits are kept; never a picture of it. Only the hash of the code is kept.
    """

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=100, default="", blank=True)
    """Where the counter stands; empty for the whole city."""
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    document_kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in DOCUMENTS])
    document_digits = models.CharField(max_length=4)
    opened_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    confirmed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    code_hash = models.CharField(max_length=64, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    entered_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["account", "opened_at"], name="identity_recovery_by_account"),)

    def __str__(self) -> str:
        return f"recovery {self.pk}"
