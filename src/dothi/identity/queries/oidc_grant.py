# SPDX-License-Identifier: Apache-2.0
"""Families of tokens, and tokens that are good."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Token

from dothi.identity import vault
from dothi.identity.models import OidcGrant
from dothi.identity.queries.oidc_client import PAIRWISE
from dothi.identity.rules import subject


def hash_of(value: str) -> str:
    """What is kept of a token or code: it is long and random, so a plain hash will do."""
    return hashlib.sha256(value.encode()).hexdigest()


def session_mark(session_key: str | None) -> str:
    """What a grant keeps of a session; empty for none."""
    return subject.session_mark(vault.key_for(PAIRWISE), session_key) if session_key else ""


def sid_of(grant: OidcGrant) -> str:
    """What the client is told of the session; of a device that has none, of the grant."""
    mark = grant.session or grant.pk
    return subject.sid(vault.key_for(PAIRWISE), client=str(grant.client_id), mark=mark)


def good_access(value: str, *, at: datetime) -> tuple[Any, OidcGrant] | None:
    """An access token that is worth something now, with its family."""
    token = Token.objects.filter(type="at", hash=hash_of(value), expires_at__gt=at).first()
    if token is None:
        return None
    grant = (
        OidcGrant.objects.select_related("account")
        .filter(pk=token.data["grant"], ended_at=None, ends_at__gt=at, account__is_active=True)
        .first()
    )
    return (token, grant) if grant else None


def live_grants(*, account_id: str, at: datetime, client_id: str | None = None) -> list[OidcGrant]:
    """Families of a person that have not ended."""
    found = OidcGrant.objects.filter(account_id=account_id, ended_at=None, ends_at__gt=at)
    return list(found.filter(client_id=client_id) if client_id else found)
