# SPDX-License-Identifier: Apache-2.0
"""Failed tries."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class FailedTry(models.Model):
    """A wrong password; kept for a day to slow down guessing."""

    id = models.BigAutoField(primary_key=True)
    login = models.CharField(max_length=150)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (models.Index(fields=["login", "at"], name="identity_failed_by_login"),)

    def __str__(self) -> str:
        return f"{self.login} at {self.at}"
