# SPDX-License-Identifier: Apache-2.0
"""What people allowed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dothi.identity.models import OidcConsent
from dothi.identity.rules.oidc_scope import ordered


def remembered(
    *, account_id: str, client_id: str, scopes: Iterable[str], at: datetime
) -> tuple[str, ...] | None:
    """What the person allowed to be given without a question; None when they must be asked.

    They must be, too, when the client now asks for something that they were never shown.
    """
    newest = newest_consent(account_id=account_id, client_id=client_id)
    if newest is None or newest.withdrawn_at or not newest.is_remembered or newest.until <= at:
        return None
    wanted = set(scopes)
    return ordered(wanted & set(newest.scopes.split())) if wanted <= set(newest.asked.split()) else None


def newest_consent(*, account_id: str, client_id: str) -> OidcConsent | None:
    return OidcConsent.objects.filter(account_id=account_id, client_id=client_id).order_by("-pk").first()


def consents_of(account_id: str) -> list[OidcConsent]:
    """The newest consent for each client, the latest first."""
    found = OidcConsent.objects.filter(account_id=account_id).select_related("client__city").order_by("-pk")
    newest: dict[str, OidcConsent] = {}
    for one in found:
        newest.setdefault(str(one.client_id), one)
    return list(newest.values())
