# SPDX-License-Identifier: Apache-2.0
"""Calendars of working time: appended in versions, never edited."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock
from dothi.places.models.unit import Unit


class CalendarDay(models.Model):
    """A day that differs in a unit and all below it; without a unit, everywhere. The highest version counts.

    `kind`: off, work, or empty when the rule above is taken again.
    """

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="calendar_days")
    day = models.DateField()
    kind = models.CharField(max_length=10, default="", blank=True)
    reason = models.CharField(max_length=300)
    decision = models.CharField(max_length=300, default="", blank=True)
    version = models.IntegerField()
    by = models.CharField(max_length=40, default="", blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "unit", "day", "version"],
                name="places_calendarday_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.kind} v{self.version}"


class WorkingWeek(models.Model):
    """Hours by weekday in a unit and all below it, from a day on. `hours`: {"1": [["07:30:00", "11:30:00"], …]}."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="working_weeks")
    hours = models.JSONField()
    working = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300, default="", blank=True)
    by = models.CharField(max_length=40, default="", blank=True)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"from {self.valid_from}"
