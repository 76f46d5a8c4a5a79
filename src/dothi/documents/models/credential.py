# SPDX-License-Identifier: Apache-2.0
"""Verifiable credentials: what is offered, what was issued, what was asked to be shown."""

from __future__ import annotations

import secrets

from django.db import models

from dothi.foundation import clock


def offer_id() -> str:
    return f"off_{secrets.token_hex(8)}"


def request_id() -> str:
    return f"vpr_{secrets.token_hex(16)}"


class CredentialOffer(models.Model):
    """An offer by pre-authorised code. Codes are kept as hashes; `claims` sealed by the vault, gone once issued.

    `state`: open, entered (a token was given), issued, ended.
    """

    id = models.CharField(primary_key=True, max_length=40, default=offer_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    kind = models.CharField(max_length=60)
    claims = models.BinaryField(null=True)
    code_hash = models.CharField(max_length=64, unique=True)
    tx_code_hash = models.CharField(max_length=64)
    tries = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, default="open")
    token_hash = models.CharField(max_length=64, default="", blank=True)
    token_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    by = models.CharField(max_length=60, default="", blank=True)

    def __str__(self) -> str:
        return self.id


class IssuedCredential(models.Model):
    """A credential that was issued: its place in the status list and the thumbprint of the holder's key; no claims."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    offer = models.ForeignKey(CredentialOffer, on_delete=models.PROTECT, related_name="issued")
    kind = models.CharField(max_length=60)
    index = models.PositiveIntegerField()
    holder = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=12, default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "index"], name="documents_index_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.index}"


class SpentNonce(models.Model):
    """A nonce of the issuer or of a proof that was used: it does not work again."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.CharField(max_length=100, default="", blank=True)
    mark = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "mark"], name="documents_nonce_once"),)

    def __str__(self) -> str:
        return self.mark


class PresentationRequest(models.Model):
    """What the city asked a wallet to show. `result`: the claims that were shown, sealed; `state`: open, shown, refused, ended."""

    id = models.CharField(primary_key=True, max_length=40, default=request_id)
    tenant = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=40, default="", blank=True)
    purpose = models.CharField(max_length=200)
    nonce = models.CharField(max_length=64)
    query = models.JSONField()
    mode = models.CharField(max_length=20, default="direct_post")
    private = models.BinaryField(null=True)
    state = models.CharField(max_length=10, default="open")
    why = models.CharField(max_length=80, default="", blank=True)
    result = models.BinaryField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    by = models.CharField(max_length=60, default="", blank=True)

    def __str__(self) -> str:
        return self.id
