# SPDX-License-Identifier: Apache-2.0
"""Organisations: authorities and their departments, firms, other bodies."""

from __future__ import annotations

import secrets

from django.db import models

from dothi.foundation import clock

KINDS = ("authority", "department", "service", "firm", "association")
"""Cơ quan, phòng ban, đơn vị sự nghiệp, doanh nghiệp, hội."""


def organisation_id() -> str:
    return f"org_{secrets.token_hex(8)}"


class Organisation(models.Model):
    """A body that people and service accounts belong to. `unit`: the id of its place; `code`: tax or agency code."""

    id = models.CharField(primary_key=True, max_length=40, default=organisation_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=[(k, k) for k in KINDS])
    code = models.CharField(max_length=40, default="", blank=True)
    unit = models.CharField(max_length=100, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "code"], condition=~models.Q(code=""), name="identity_organisation_code"
            ),
        )

    def __str__(self) -> str:
        return self.name
