# SPDX-License-Identifier: Apache-2.0
"""Posts: who holds which position in which unit, from day to day."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account
from dothi.identity.models.organisation import Organisation


class Post(models.Model):
    """An officer's post. `unit` empty: the whole city; `until`: the first day without it; `basis`: the decision's number."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="posts")
    position = models.CharField(max_length=60)
    title = models.CharField(max_length=200, default="", blank=True)
    unit = models.CharField(max_length=100, default="", blank=True)
    subtree = models.BooleanField(default=True)
    since = models.DateField()
    until = models.DateField(null=True)
    basis = models.CharField(max_length=200, default="", blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (models.Index(fields=["tenant", "position"], name="identity_post_by_position"),)

    def __str__(self) -> str:
        return f"{self.position} of {self.account_id}"

    @property
    def last_day(self) -> date | None:
        """The last day with it; None while no end is known."""
        return self.until - timedelta(days=1) if self.until else None
