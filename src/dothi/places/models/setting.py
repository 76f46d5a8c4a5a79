# SPDX-License-Identifier: Apache-2.0
"""Settings of a place: its differences as dated data."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock
from dothi.places.models.unit import Unit


class PlaceSetting(models.Model):
    """A value in a unit and all below it; without a unit, everywhere. `source`: the law or decision."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="settings")
    key = models.CharField(max_length=100)
    value = models.JSONField(null=True)
    measure = models.CharField(max_length=40, default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300, default="", blank=True)
    proven = models.BooleanField(default=False)
    by = models.CharField(max_length=40, default="", blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (models.Index(fields=["tenant", "key"], name="places_setting_by_key"),)

    def __str__(self) -> str:
        return f"{self.key} from {self.valid_from}"
