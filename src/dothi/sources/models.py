# SPDX-License-Identifier: Apache-2.0
"""Sources, devices, files handed in and refusals. Ingest reads these tables by `core/store.sql`."""

from __future__ import annotations

import secrets

from django.db import models

from dothi.foundation import clock
from dothi.places.door import Unit


def source_id() -> str:
    return f"src_{secrets.token_hex(8)}"


def device_id() -> str:
    return f"dev_{secrets.token_hex(8)}"


def file_id() -> str:
    return f"file_{secrets.token_hex(8)}"


class Source(models.Model):
    """A way in that somebody answers for. `token_hash`: SHA-256 of its key; `options`: of the way it comes in.

    `public`: whether its figures stand on the public page; somebody with the whole city says so.

    `link_*`: how the last connection to another broker went, as ingest told it.
    """

    id = models.CharField(primary_key=True, max_length=40, default=source_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+")
    contact_name = models.CharField(max_length=200, default="", blank=True)
    contact_phone = models.CharField(max_length=40, default="", blank=True)
    way = models.CharField(max_length=20)
    period = models.IntegerField(default=300)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    token_hash = models.CharField(max_length=64, default="", blank=True)
    simulated = models.BooleanField(default=False)
    public = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(default=clock.now)
    muted_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    received = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    link_state = models.CharField(max_length=20, default="", db_default="", blank=True)
    link_error = models.CharField(max_length=500, default="", db_default="", blank=True)
    link_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "slug"], name="sources_source_slug"),)

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """One sensor. `key`: how it names itself inside its source; `topics`: MQTT filters it may publish to."""

    id = models.CharField(primary_key=True, max_length=60, default=device_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="devices")
    key = models.CharField(max_length=200)
    name = models.CharField(max_length=200, default="", blank=True)
    kind = models.CharField(max_length=40, default="", blank=True)
    entity_id = models.CharField(max_length=400, default="", blank=True)
    entity_type = models.CharField(max_length=200, default="", blank=True)
    unit_code = models.CharField(max_length=20, default="", blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    period = models.IntegerField(null=True)
    mapping = models.JSONField(null=True)
    topics = models.JSONField(default=list)
    username = models.CharField(max_length=100, null=True, unique=True)
    password_hash = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(max_length=20, default="waiting")
    last_topic = models.CharField(max_length=500, default="", blank=True)
    last_payload = models.TextField(default="", blank=True)
    first_seen = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    received = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "key"], name="sources_device_key"),)
        indexes = (models.Index(fields=["tenant", "state"], name="sources_device_state"),)

    def __str__(self) -> str:
        return self.name or self.key


class FileDrop(models.Model):
    """A file that was handed in; the original stands in `<data>/files/<sha256>`."""

    id = models.CharField(primary_key=True, max_length=40, default=file_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=20, default="seen")
    preview = models.JSONField(default=dict)
    rows = models.BigIntegerField(default=0)
    rows_done = models.BigIntegerField(default=0)
    rows_good = models.BigIntegerField(default=0)
    rows_bad = models.BigIntegerField(default=0)
    row_errors = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)

    class Meta:
        indexes = (models.Index(fields=["source", "-at"], name="sources_file_newest"),)

    def __str__(self) -> str:
        return self.name


class Refusal(models.Model):
    """Something that was not taken, to be looked at; the newest are kept. `reason`: a code of connectors.refused."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    source_id = models.CharField(max_length=40, default="", blank=True)
    device_key = models.CharField(max_length=200, default="", blank=True)
    way = models.CharField(max_length=20)
    topic = models.CharField(max_length=500, default="", blank=True)
    reason = models.CharField(max_length=500)
    detail = models.CharField(max_length=500, default="", db_default="", blank=True)
    payload = models.TextField(default="", blank=True)
    at = models.DateTimeField(default=clock.now)
    times = models.BigIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=["source_id", "-at"], name="sources_refusal_newest"),)

    def __str__(self) -> str:
        return self.reason
