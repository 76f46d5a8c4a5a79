# SPDX-License-Identifier: Apache-2.0
"""Authorization requests are pushed by their client, and answered once (RFC 9126)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from dothi.identity.models import OidcClient, OidcPushed
from dothi.identity.queries.oidc_grant import hash_of
from dothi.identity.rules.oidc_request import PREFIX

LIFE = timedelta(minutes=10)
"""As long as a person may take to sign in and to read what is asked."""


@transaction.atomic
def push_request(client: OidcClient, *, parameters: Mapping[str, str], at: datetime) -> str:
    """The handle by which the browser names the request."""
    value = secrets.token_urlsafe(32)
    OidcPushed.objects.filter(expires_at__lt=at).delete()
    OidcPushed.objects.create(
        tenant=client.tenant,
        hash=hash_of(value),
        client_id=client.pk,
        parameters=dict(parameters),
        made_at=at,
        expires_at=at + LIFE,
    )
    return PREFIX + value


@transaction.atomic
def use_pushed(uri: str, *, at: datetime) -> bool:
    """Take a pushed request as answered; False when it was already, or is too old."""
    found = OidcPushed.objects.filter(hash=hash_of(uri.removeprefix(PREFIX)), used_at=None, expires_at__gt=at)
    return found.update(used_at=at) == 1
