# SPDX-License-Identifier: Apache-2.0

"""Failed tries."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class FailedTry(models.Model):
    """A wrong password or code, or a mail asked for; kept for a day to slow down guessing.

    `login` is a keyed hash of what was typed: strangers type anything, a password of theirs too.
    """

    id = models.BigAutoField(primary_key=True)
    login = models.CharField(max_length=150)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (
            models.Index(fields=["login", "at"], name="identity_failed_by_login"),
            models.Index(fields=["address", "at"], name="identity_failed_by_address"),
        )

    def __str__(self) -> str:
        return f"{self.login} at {self.at}"
