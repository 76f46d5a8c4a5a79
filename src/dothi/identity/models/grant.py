# SPDX-License-Identifier: Apache-2.0
"""Grants that stand beside posts: one permission for one subject, as narrow as it is put."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class Grant(models.Model):
    """`subject`: `account:<id>` or `service:<id>`. Empty lists and an empty unit do not narrow."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    subject = models.CharField(max_length=80)
    permission = models.CharField(max_length=80)
    unit = models.CharField(max_length=100, default="", blank=True)
    subtree = models.BooleanField(default=True)
    types = models.JSONField(default=list)
    attributes = models.JSONField(default=list)
    purposes = models.JSONField(default=list)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)
    basis = models.CharField(max_length=200, default="", blank=True)
    made_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["tenant", "subject"], name="identity_grant_by_subject"),)

    def __str__(self) -> str:
        return f"{self.permission} for {self.subject}"
