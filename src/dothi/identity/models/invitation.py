# SPDX-License-Identifier: Apache-2.0
"""Invitations: one-time links by which a person opens the account that was made for them."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account


class Invitation(models.Model):
    """Only the hash of the link's token is kept."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"
