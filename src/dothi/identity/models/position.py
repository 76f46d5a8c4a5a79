# SPDX-License-Identifier: Apache-2.0
"""Positions of the locality's own making, beside those that come with the product."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class Position(models.Model):
    """What a kind of post may do: `permissions` are codes such as `sources.see`. Its name is the locality's own."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    permissions = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "code"], name="identity_position_code"),)

    def __str__(self) -> str:
        return self.name
