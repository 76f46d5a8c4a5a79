# SPDX-License-Identifier: Apache-2.0
"""What came of one sign-in at a client: the family of its code and tokens, which ends as one."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account


def grant_id() -> str:
    return f"grant_{secrets.token_hex(10)}"


class OidcGrant(models.Model):
    """One family; tokens of allauth's table name it, and are worth nothing once it has ended."""

    id = models.CharField(primary_key=True, max_length=40, default=grant_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    client = models.ForeignKey("allauth_idp_oidc.Client", on_delete=models.CASCADE, related_name="grants")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    scopes = models.CharField(max_length=300)
    acr = models.CharField(max_length=40)
    reached = models.CharField(max_length=100)
    """What the token says, and all levels that the sign-in satisfied."""
    methods = models.CharField(max_length=100, default="", blank=True)
    auth_time = models.DateTimeField()
    session = models.CharField(max_length=64, default="", blank=True)
    """A hash that names the session it came from."""
    made_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "client"], name="oidc_grant_account"),
            models.Index(fields=["session"], name="oidc_grant_session"),
        ]

    def __str__(self) -> str:
        return self.id
