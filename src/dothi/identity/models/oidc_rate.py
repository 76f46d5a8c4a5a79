# SPDX-License-Identifier: Apache-2.0
"""How often something was asked in a window of time."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class OidcRate(models.Model):
    """A count by what was asked, by whom (a hash), in which window (epoch seconds divided by its length)."""

    id = models.BigAutoField(primary_key=True)
    what = models.CharField(max_length=30)
    who = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["what", "who", "window"], name="oidc_rate_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"
