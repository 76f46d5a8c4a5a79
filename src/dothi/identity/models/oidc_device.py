# SPDX-License-Identifier: Apache-2.0
"""Kiosks and counters that wait for a person to allow them (RFC 8628)."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account


class OidcDevice(models.Model):
    """One waiting device; `state`: waiting, allowed, denied or used."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    device_hash = models.CharField(max_length=64, unique=True)
    user_hash = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey("allauth_idp_oidc.Client", on_delete=models.CASCADE, related_name="+")
    scopes = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default="waiting")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    aal = models.PositiveSmallIntegerField(default=1)
    ial = models.PositiveSmallIntegerField(default=0)
    methods = models.CharField(max_length=100, default="", blank=True)
    auth_time = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)
    asked_at = models.DateTimeField(null=True)
    interval = models.PositiveSmallIntegerField(default=5)

    def __str__(self) -> str:
        return f"device {self.pk}"
