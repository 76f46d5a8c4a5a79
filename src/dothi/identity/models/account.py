# SPDX-License-Identifier: Apache-2.0

"""Accounts."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from dothi.foundation import clock


def account_id() -> str:
    return f"acc_{secrets.token_hex(8)}"


class Account(AbstractBaseUser):
    """One who can sign in. Ids are text: they stand in records that must outlive the row."""

    id = models.CharField(primary_key=True, max_length=40, default=account_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    login = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(
        max_length=20, choices=[("admin", "admin"), ("staff", "staff"), ("resident", "resident")]
    )
    is_active = models.BooleanField(default=True)
    ial = models.PositiveSmallIntegerField(default=0)
    """How sure the city is of who this is, 0 to 3 (domain: assurance levels)."""
    sessions_ended = models.PositiveIntegerField(default=0)
    """Counts how often all sessions were ended; each session is bound to the number it began with."""
    created_at = models.DateTimeField(default=clock.now)

    objects = BaseUserManager()
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        bound = f"{self.password}|{self.sessions_ended}"
        return salted_hmac("dothi.identity.session", bound, secret=secret, algorithm="sha256").hexdigest()
