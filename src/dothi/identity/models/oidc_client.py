# SPDX-License-Identifier: Apache-2.0
"""Software that may ask who a person is: what the city knows of it beside allauth's record of the client."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dothi.foundation import clock
from dothi.identity.models.service_account import ServiceAccount


class OidcClient(models.Model):
    """The city's settings of one client; the secret, redirect addresses and scopes stand in allauth's row."""

    client = models.OneToOneField(
        "allauth_idp_oidc.Client", on_delete=models.CASCADE, primary_key=True, related_name="city"
    )
    tenant = models.CharField(max_length=100, default="", blank=True)
    auth_method = models.CharField(max_length=30)
    purpose = models.CharField(max_length=300)
    """What it needs people's data for, in words that stand on the consent page."""
    sector = models.CharField(max_length=200)
    """Clients of one sector see the same subject for one person."""
    least_acr = models.CharField(max_length=40, default="urn:dothi:loa1")
    max_age = models.PositiveIntegerField(default=0)
    """Seconds after which a sign-in is too old for this client's tokens; 0: no limit."""
    requires_par = models.BooleanField(default=False)
    backchannel_uri = models.CharField(max_length=400, default="", blank=True)
    place = models.CharField(max_length=200, default="", blank=True)
    """Where the kiosk or counter stands, shown when a device asks."""
    service = models.ForeignKey(ServiceAccount, null=True, on_delete=models.PROTECT, related_name="clients")
    machine_scopes = models.CharField(max_length=100, default="", blank=True)
    """In whose name it asks for tokens without a person (client_credentials), and for which."""
    made_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "made_at"], name="oidc_client_tenant")
        ]

    def __str__(self) -> str:
        return str(self.client_id)
