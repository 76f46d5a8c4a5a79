# SPDX-License-Identifier: Apache-2.0
"""What a client is told of a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress

from dothi.identity.models import Account, OidcClient
from dothi.identity.queries.oidc_client import subject_of


def claims_of(client: OidcClient, account: Account, scopes: Iterable[str]) -> dict[str, Any]:
    """No more than the scopes say; an e-mail address only once it was proven."""
    allowed = set(scopes)
    found: dict[str, Any] = {"sub": subject_of(client, account.pk)}
    if "profile" in allowed:
        found["name"] = account.name
    if "email" in allowed:
        address = (
            EmailAddress.objects.filter(user_id=account.pk, verified=True).order_by("-primary", "pk").first()
        )
        if address:
            found |= {"email": address.email, "email_verified": True}
    return found
