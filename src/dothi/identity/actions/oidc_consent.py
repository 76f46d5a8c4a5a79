# SPDX-License-Identifier: Apache-2.0
"""People allow a client to know something of them, and take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from dothi.identity.actions.oidc_token import end_grant
from dothi.identity.errors import NotThere
from dothi.identity.models import Account, OidcClient, OidcConsent, OidcGrant
from dothi.identity.queries.oidc_grant import live_grants
from dothi.identity.rules import oidc_scope
from dothi.identity.rules.acr import Proof
from dothi.ledger.door import note


@transaction.atomic
def give_consent(
    *,
    account: Account,
    client: OidcClient,
    asked: Sequence[str],
    scopes: Sequence[str],
    is_remembered: bool,
    at: datetime,
) -> OidcConsent:
    """The person's own answer on the consent page."""
    made = OidcConsent.objects.create(
        tenant=client.tenant,
        account=account,
        client_id=client.pk,
        asked=" ".join(oidc_scope.ordered(asked)),
        scopes=" ".join(oidc_scope.ordered({"openid", *scopes})),
        is_remembered=is_remembered,
        given_at=at,
        until=at + oidc_scope.CONSENT_LIFE,
    )
    note(
        "identity.act.oidc_consent_given",
        f"client:{client.pk}",
        at=at,
        tenant=client.tenant,
        scopes=made.scopes,
    )
    return made


@transaction.atomic
def withdraw_consent(*, account: Account, consent_id: int, at: datetime) -> OidcConsent:
    """The client's tokens for this person end at once, and it must ask anew."""
    found = OidcConsent.objects.select_for_update().filter(pk=consent_id, account=account).first()
    if found is None:
        raise NotThere("identity.consent.missing")
    OidcConsent.objects.filter(account=account, client_id=found.client_id, withdrawn_at=None).update(
        withdrawn_at=at
    )
    found.refresh_from_db()
    for grant in live_grants(account_id=account.pk, client_id=str(found.client_id), at=at):
        end_grant(grant, why="withdrawn", at=at)
    note("identity.act.oidc_consent_withdrawn", f"client:{found.client_id}", at=at, tenant=found.tenant)
    return found


@transaction.atomic
def begin_grant(
    *,
    account: Account,
    client: OidcClient,
    scopes: Sequence[str],
    acr: str,
    proof: Proof,
    session: str,
    at: datetime,
) -> OidcGrant:
    """A family begins: from now on tokens may be given out. `session`: the mark of the session it came from."""
    made = OidcGrant.objects.create(
        tenant=client.tenant,
        client_id=client.pk,
        account=account,
        scopes=" ".join(scopes),
        acr=acr,
        reached=" ".join(sorted(proof.reached)),
        methods=" ".join(proof.methods),
        auth_time=proof.at,
        session=session,
        made_at=at,
        ends_at=at + oidc_scope.life_of(scopes),
    )
    note(
        "identity.act.oidc_signed_in",
        f"client:{client.pk}",
        at=at,
        tenant=client.tenant,
        acr=acr,
        grant=made.pk,
    )
    return made
