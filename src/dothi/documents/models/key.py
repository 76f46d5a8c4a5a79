# SPDX-License-Identifier: Apache-2.0
"""Keys that sign, with their certificates."""

from __future__ import annotations

import secrets

from django.db import models

from dothi.foundation import clock


def key_id() -> str:
    return f"sgk_{secrets.token_hex(8)}"


class SigningKey(models.Model):
    """A key. `private`: sealed by the vault: of a soft key the key, of a token its PIN, of a service its access token.

    `purpose`: seal (documents), list (statuses) or credential. `place`: where a key is that never comes here.
    `chain`: certificates in base64 of DER, the own one first.
    """

    id = models.CharField(primary_key=True, max_length=40, default=key_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    purpose = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    place = models.JSONField(default=dict)
    private = models.BinaryField()
    chain = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)
    demo = models.BooleanField(default=True)
    since = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=60, default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=["tenant", "purpose"], name="documents_key_by_purpose"),)

    def __str__(self) -> str:
        return self.name
