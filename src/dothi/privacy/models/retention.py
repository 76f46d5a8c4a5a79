# SPDX-License-Identifier: Apache-2.0
"""How long things are kept, what must not be thrown away, and each time that something was."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class RetentionRule(models.Model):
    """A version of a rule that staff entered; it takes the place of the one that came with the product."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    key = models.CharField(max_length=50)
    version = models.IntegerField()
    days = models.IntegerField(null=True)
    happens = models.CharField(max_length=20)
    basis = models.CharField(max_length=500)
    valid_from = models.DateField()
    by = models.CharField(max_length=60, default="", blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "key", "version"], name="privacy_retentionrule_once"),
        )

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class LegalHold(models.Model):
    """Nothing of this may be thrown away until it is lifted. `object`: `rule:<key>` or `account:<id>`."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    object = models.CharField(max_length=100)
    basis = models.CharField(max_length=500)
    by = models.CharField(max_length=60, default="", blank=True)
    at = models.DateTimeField(default=clock.now)
    lifted_by = models.CharField(max_length=60, default="", blank=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "object"],
                name="privacy_hold_one_standing",
                condition=models.Q(lifted_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.object


class RetentionRun(models.Model):
    """One day's work. `counts`: by rule, what was done so far; one that was cut short is taken up again."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant"],
                name="privacy_run_one_under_way",
                condition=models.Q(finished_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"run {self.pk}"
