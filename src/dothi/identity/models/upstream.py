# SPDX-License-Identifier: Apache-2.0
"""Other bodies that vouch for people, and whom they vouched for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account


class Upstream(models.Model):
    """A provider of identities that the city believes, as far as its maps say."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    preset = models.CharField(max_length=20)
    protocol = models.CharField(max_length=10)
    """`oidc`: it signs ID tokens; `oauth2`: it is asked for a profile."""
    issuer = models.CharField(max_length=400, default="", blank=True)
    endpoints = models.JSONField(default=dict)
    client_id = models.CharField(max_length=200)
    sealed_secret = models.BinaryField(default=b"")
    scopes = models.CharField(max_length=200, default="openid")
    asked_acr = models.CharField(max_length=100, default="", blank=True)
    claims = models.JSONField(default=dict)
    assurance = models.JSONField(default=dict)
    is_proven = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="upstream_slug")
        ]

    def __str__(self) -> str:
        return self.slug


class UpstreamLink(models.Model):
    """Whom an upstream's subject is here. The subject is kept as a keyed hash: it may be a citizen's number."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    upstream = models.ForeignKey(Upstream, on_delete=models.CASCADE, related_name="links")
    subject_hash = models.CharField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="upstream_links")
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["upstream", "subject_hash"], name="upstream_subject")
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"
