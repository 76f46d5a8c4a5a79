# SPDX-License-Identifier: Apache-2.0
"""Requests of data subjects, and what was done with them."""

from __future__ import annotations

import secrets

from django.db import models

from dothi.foundation import clock
from dothi.places.door import Unit


def request_id() -> str:
    return f"req_{secrets.token_hex(8)}"


class DataRequest(models.Model):
    """One request. `received_at`: when it counts as received, in the unit's hours; `code`: what a follower must know.

    The code opens the case to whoever types it, so the city's own pages, logs and ledger name a request by its `id`.
    `checked_how`: account, mail or counter, once it is known who asks. `due` already holds the extension.
    """

    id = models.CharField(primary_key=True, max_length=40, default=request_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default="filed")
    language = models.CharField(max_length=5, default="vi")
    account = models.CharField(max_length=40, default="", blank=True)
    name = models.CharField(max_length=200, default="", blank=True)
    email = models.CharField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    details = models.TextField(default="", blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+")
    third_party = models.BooleanField(default=False)
    filed_at = models.DateTimeField(default=clock.now)
    received_at = models.DateTimeField()
    answer_due = models.DateTimeField()
    due = models.DateTimeField()
    first_answer_at = models.DateTimeField(null=True)
    extended_days = models.IntegerField(default=0)
    checked_how = models.CharField(max_length=20, default="", blank=True)
    checked_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=40, default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["tenant", "state", "due"], name="privacy_request_queue"),
            models.Index(fields=["tenant", "account"], name="privacy_request_account"),
        )

    def __str__(self) -> str:
        return self.id


class RequestStep(models.Model):
    """One step, appended and never edited. `words`: what is said to the person, or by the person."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    request = models.ForeignKey(DataRequest, on_delete=models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    words = models.TextField(default="", blank=True)
    ground = models.CharField(max_length=500, default="", blank=True)
    by = models.CharField(max_length=60, default="", blank=True)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.verb} at {self.at}"
