# SPDX-License-Identifier: Apache-2.0
"""Delegations: one officer lets another act for a while."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account


class Delegation(models.Model):
    """What the giver holds himself, or the named `permissions` of it, within `unit` when there is one."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    giver = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="delegations_given")
    taker = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="delegations_taken")
    permissions = models.JSONField(default=list)
    unit = models.CharField(max_length=100, default="", blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=300)
    made_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.giver_id} to {self.taker_id}"
