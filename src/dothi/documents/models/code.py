# SPDX-License-Identifier: Apache-2.0
"""Codes of messages and of calls, addresses of the city, and how often somebody tried."""

from __future__ import annotations

from django.db import models

from dothi.documents.rules import code
from dothi.foundation import clock


def message_code() -> str:
    return code.new(code.LONG)


def call_code() -> str:
    return code.new(code.SHORT)


class MessageCode(models.Model):
    """A message that the city sent. `recipient`: keyed hash only; `text_hash`: SHA-256 of the text as sent."""

    id = models.CharField(primary_key=True, max_length=12, default=message_code)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    organisation = models.CharField(max_length=200)
    channel = models.CharField(max_length=12)
    subject = models.CharField(max_length=200)
    recipient = models.CharField(max_length=64)
    text_hash = models.CharField(max_length=64, default="", blank=True)
    sent_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=60, default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=["tenant", "-sent_at"], name="documents_message_by_time"),)

    def __str__(self) -> str:
        return code.shown(self.id)


class CallCode(models.Model):
    """What an officer on the telephone reads out; good once, for ten minutes."""

    id = models.CharField(primary_key=True, max_length=8, default=call_code)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    organisation = models.CharField(max_length=200)
    about = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=60, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.unit} {self.made_at:%H:%M}"


class CityAddress(models.Model):
    """A web address that is the city's: a host, and its subdomains when `below`."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    host = models.CharField(max_length=253)
    below = models.BooleanField(default=False)
    about = models.CharField(max_length=200)
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=60, default="", blank=True)

    def __str__(self) -> str:
        return self.host


class Tries(models.Model):
    """How often something was tried within a window; `who`: a keyed hash of where from."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    who = models.CharField(max_length=64)
    what = models.CharField(max_length=20)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "who", "what", "window"], name="documents_tries_once"),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.count}"
