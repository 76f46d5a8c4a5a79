# SPDX-License-Identifier: Apache-2.0
"""Pushed requests that wait for their answer."""

from __future__ import annotations

from datetime import datetime

from dothi.identity.models import OidcPushed
from dothi.identity.queries.oidc_grant import hash_of
from dothi.identity.rules.oidc_request import PREFIX


def pushed(uri: str, *, client_id: str, at: datetime) -> dict[str, str] | None:
    """The parameters, for the client that pushed them and nobody else; None when there is no such request."""
    if not uri.startswith(PREFIX):
        return None
    found = OidcPushed.objects.filter(
        hash=hash_of(uri.removeprefix(PREFIX)), client_id=client_id, used_at=None, expires_at__gt=at
    ).first()
    return {str(name): str(value) for name, value in found.parameters.items()} if found else None
