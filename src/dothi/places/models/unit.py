# SPDX-License-Identifier: Apache-2.0
"""The dated tree of units: what they are, were called, and came from."""

from __future__ import annotations

from django.db import models

from dothi.places.rules.tree import full_name

SCHEMES = ("statistical", "agency", "postal", "other")
"""Lists that codes come from: GSO's, the electronic agency identifiers (H01 to H63), post codes."""


class Unit(models.Model):
    """A province, city, ward, commune or special zone, as long as it exists. `kind` is the legal word, as data.

    A row says what the unit is now or was last; what it was before stands in UnitPast.
    """

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
        return full_name(self.kind, self.name)


class UnitPast(models.Model):
    """What a unit was until it was renamed, transferred or had its border moved. Appended, never edited."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="past")
    parent = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    boundary = models.JSONField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "valid_from"], name="places_unitpast_once"),)

    def __str__(self) -> str:
        return full_name(self.kind, self.name)


class UnitCode(models.Model):
    """A unit's code in one list, as long as it counts."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="codes")
    scheme = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "scheme", "code", "valid_from"], name="places_unitcode_once"
            ),
        )
        indexes = (models.Index(fields=["tenant", "scheme", "code"], name="places_unitcode_by_code"),)

    def __str__(self) -> str:
        return f"{self.scheme} {self.code}"


class UnitEvent(models.Model):
    """A merge, split, renaming or transfer, on its day, with the law it rests on."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    kind = models.CharField(max_length=20)
    day = models.DateField()
    basis = models.CharField(max_length=500, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class UnitPart(models.Model):
    """A unit's part in an event: it was there before, or after."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    event = models.ForeignKey(UnitEvent, on_delete=models.CASCADE, related_name="parts")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="parts")
    after = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["event", "unit", "after"], name="places_unitpart_once"),
        )

    def __str__(self) -> str:
        return f"{self.unit_id} {'after' if self.after else 'before'}"


class Edition(models.Model):
    """A random mark that each change of the units renews: processes keep all units until it differs."""

    tenant = models.CharField(primary_key=True, max_length=100)
    mark = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.mark
