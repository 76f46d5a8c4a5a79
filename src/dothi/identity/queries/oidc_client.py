# SPDX-License-Identifier: Apache-2.0
"""Software that may ask who a person is."""

from __future__ import annotations

from dothi.identity import vault
from dothi.identity.models import OidcClient, ServiceAccount
from dothi.identity.rules import oidc_scope, subject
from dothi.identity.rules.oidc_request import Asking

PAIRWISE = "oidc pairwise"


def client_of(client_id: str) -> OidcClient | None:
    """The client of that id, unless it was revoked."""
    found = OidcClient.objects.select_related("client").filter(pk=client_id[:100], revoked_at=None)
    return found.first()


def clients() -> list[OidcClient]:
    """All clients of the tenant, those that are revoked last."""
    return sorted(
        OidcClient.objects.select_related("client"),
        key=lambda one: (one.revoked_at is not None, one.client.name.casefold()),
    )


def programs() -> list[tuple[str, str]]:
    """Service accounts in whose name a client may ask, as (id, name)."""
    found = ServiceAccount.objects.filter(ended_at=None, owner__is_active=True).order_by("name")
    return list(found.values_list("pk", "name"))


def asking(client: OidcClient) -> Asking:
    """The client as the rules of requests know it."""
    return Asking(
        id=client.pk,
        redirect_uris=tuple(client.client.get_redirect_uris()),
        scopes=frozenset(client.client.get_scopes()) & frozenset(oidc_scope.SCOPES),
    )


def post_logout_uris(client: OidcClient) -> list[str]:
    return list(client.client.get_post_logout_redirect_uris())


def subject_of(client: OidcClient, account_id: str) -> str:
    """How this client, and others of its sector, know a person."""
    return subject.pairwise(vault.key_for(PAIRWISE), sector=client.sector, account=account_id)
