# SPDX-License-Identifier: Apache-2.0
"""The register of processing: each saving is a new version."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class PurposeVersion(models.Model):
    """A version of one entry; the highest counts, the others stay. `entry`: a rules.purpose.Purpose."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    key = models.CharField(max_length=50)
    version = models.IntegerField()
    entry = models.JSONField()
    by = models.CharField(max_length=60, default="", blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "key", "version"], name="privacy_purpose_once"),
        )

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
