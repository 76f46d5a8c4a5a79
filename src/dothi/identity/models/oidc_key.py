# SPDX-License-Identifier: Apache-2.0
"""Keys that sign tokens."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class OidcKey(models.Model):
    """One ES256 key of the installation: next, then current, then retired. The private part is encrypted."""

    kid = models.CharField(primary_key=True, max_length=64)
    state = models.CharField(max_length=10)
    public = models.JSONField()
    sealed = models.BinaryField()
    made_at = models.DateTimeField(default=clock.now)
    current_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    published_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state__in=["next", "current"]), name="oidc_key_one_each"
            ),
        )

    def __str__(self) -> str:
        return self.kid
