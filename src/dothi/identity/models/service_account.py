# SPDX-License-Identifier: Apache-2.0
"""Service accounts: programs that act in their own name, answered for by a person."""

from __future__ import annotations

import secrets

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.account import Account
from dothi.identity.models.organisation import Organisation


def service_account_id() -> str:
    return f"svc_{secrets.token_hex(8)}"


class ServiceAccount(models.Model):
    """A program. `owner`: the person who answers for it; it holds grants and keys, never a password."""

    id = models.CharField(primary_key=True, max_length=40, default=service_account_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=300)
    owner = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="service_accounts")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
