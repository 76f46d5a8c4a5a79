# SPDX-License-Identifier: Apache-2.0
"""Words that clients are owed when a person signed out (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class OidcLogout(models.Model):
    """One client to be told of one session that ended; tried again until it answers or is given up."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    client = models.ForeignKey("allauth_idp_oidc.Client", on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=64)
    sid = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)
    told_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=200, default="", blank=True)

    def __str__(self) -> str:
        return f"logout {self.pk}"
