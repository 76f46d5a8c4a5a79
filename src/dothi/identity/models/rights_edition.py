# SPDX-License-Identifier: Apache-2.0
"""The mark that changes with every change of rights, so that processes know when to read them anew."""

from __future__ import annotations

from django.db import models


class RightsEdition(models.Model):
    """Random, not counted up: a change that is rolled back can never be taken for the next one."""

    tenant = models.CharField(primary_key=True, max_length=100)
    mark = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.mark
