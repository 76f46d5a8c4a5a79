# SPDX-License-Identifier: Apache-2.0
"""Letters to people who asked something."""

from __future__ import annotations

from django.db import models

from dothi.foundation import clock


class Letter(models.Model):
    """An e-mail that is to be sent: written with the step that it tells of. Its address is gone once it was sent."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    request_id = models.CharField(max_length=40, default="", blank=True)
    to = models.CharField(max_length=254, default="", blank=True)
    language = models.CharField(max_length=5, default="vi")
    key = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(
                fields=["at"],
                name="privacy_letter_waiting",
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"letter {self.pk}"
