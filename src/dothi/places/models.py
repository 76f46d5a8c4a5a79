# SPDX-License-Identifier: Apache-2.0
"""The dated tree of units."""

from __future__ import annotations

from django.db import models


class Unit(models.Model):
    """A province, city, ward, commune or special zone, as long as it exists. `kind` is the legal word, as data."""

    id = models.CharField(primary_key=True, max_length=100)
    tenant = models.CharField(max_length=100, default="", blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    name_fold = models.CharField(max_length=200)
    name_sort = models.CharField(max_length=1000, db_collation="C")
    code = models.CharField(max_length=20, default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    boundary = models.JSONField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["tenant", "name_sort"], name="places_unit_by_name"),
            models.Index(fields=["tenant", "west", "east", "south", "north"], name="places_unit_by_box"),
        )

    def __str__(self) -> str:
        """`Phường Bến Sậy`, whether or not the name already says its kind."""
        said = self.name.casefold().startswith(f"{self.kind} ".casefold())
        return self.name if said else f"{self.kind} {self.name}"
