# SPDX-License-Identifier: Apache-2.0
"""When a session ends, what came of it ends, and the clients that wish so are told (Back-Channel Logout 1.0)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction

from dothi.foundation import clock, log
from dothi.identity import outgoing
from dothi.identity.actions.oidc_token import end_grant, sign
from dothi.identity.models import OidcClient, OidcGrant, OidcLogout
from dothi.identity.queries.oidc_client import subject_of
from dothi.identity.queries.oidc_grant import session_mark, sid_of
from dothi.ledger.door import note

TRIES = 8
EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_LIFE = timedelta(minutes=2)
_log = log.get(__name__)


@transaction.atomic
def end_session(session_key: str | None, *, at: datetime) -> list[OidcLogout]:
    """End what a session gave out, but for what was allowed to last (offline_access); the words that are owed now."""
    mark = session_mark(session_key)
    if not mark:
        return []
    owed: dict[str, OidcLogout] = {}
    for grant in OidcGrant.objects.filter(session=mark, ended_at=None).select_related("client__city"):
        client: OidcClient = grant.client.city
        if "offline_access" not in grant.scopes.split():
            end_grant(grant, why="signed_out", at=at)
        if client.backchannel_uri and client.revoked_at is None and client.pk not in owed:
            owed[client.pk] = _owe(grant, client, at=at)
    return list(owed.values())


def _owe(grant: OidcGrant, client: OidcClient, *, at: datetime) -> OidcLogout:
    subject = subject_of(client, grant.account_id)
    return OidcLogout.objects.create(
        tenant=client.tenant, client_id=client.pk, subject=subject, sid=sid_of(grant), made_at=at
    )


def logout_token(row: OidcLogout, *, issuer: str, at: datetime) -> str:
    """What the client can check: signed, for it alone, with an id of its own and no nonce."""
    claims = {
        "iss": issuer,
        "aud": row.client_id,
        "sub": row.subject,
        "sid": row.sid,
        "iat": int(at.timestamp()),
        "exp": int((at + TOKEN_LIFE).timestamp()),
        "jti": secrets.token_urlsafe(16),
        "events": {EVENT: {}},
    }
    return sign(claims, kind="logout+jwt")


@transaction.atomic
def tell_client(row_id: int, *, issuer: str) -> bool:
    """Tell a client of a sign-out; False when it must be tried again."""
    row = OidcLogout.objects.select_for_update().filter(pk=row_id).first()
    if row is None or row.told_at or row.given_up_at:
        return True
    client = OidcClient.objects.filter(pk=row.client_id, revoked_at=None).first()
    at = clock.now()
    row.problem = _post(client.backchannel_uri, logout_token(row, issuer=issuer, at=at)) if client else ""
    row.tries += 1
    if not row.problem:
        row.told_at = at
    elif row.tries >= TRIES:
        row.given_up_at = at
        note("identity.act.oidc_logout_given_up", f"client:{row.client_id}", at=at, tenant=row.tenant)
    row.save()
    return not row.problem or row.given_up_at is not None


def _post(uri: str, token: str) -> str:
    """Empty when the client took it, else why not."""
    if not uri:
        return ""
    body = urlencode({"logout_token": token}).encode()
    try:
        answer = outgoing.call(
            "POST", uri, body=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
    except outgoing.Unreachable as error:
        _log.warning("oidc.logout.unreachable", reason=str(error))
        return str(error)[:200]
    return "" if answer.status in {200, 204} else f"the answer is {answer.status}"
