# SPDX-License-Identifier: Apache-2.0

"""Sessions: begun, ended."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F

from dothi.foundation.errors import NotFound
from dothi.identity.models import Account
from dothi.identity.queries import session as sessions
from dothi.identity.queries.account import actor_of
from dothi.identity.rules.session import Assurance
from dothi.ledger.door import note


@transaction.atomic
def note_session(*, account: Account, assurance: Assurance, at: datetime) -> None:
    """Record that somebody has come in, and how."""
    actor = actor_of(account)
    means = {"aal": assurance.aal, "source": assurance.source}
    note("identity.act.signed_in", actor, by=actor, at=at, tenant=account.tenant, means=means)


@transaction.atomic
def end_session(*, account: Account, pk: int, at: datetime) -> None:
    """End one session of this person; NotFound when it is none of his."""
    found = sessions.session_of(account, pk)
    if found is None:
        raise NotFound("identity.session.gone")
    found.end()
    actor = actor_of(account)
    note("identity.act.session_ended", actor, by=actor, at=at, tenant=account.tenant)


@transaction.atomic
def end_all_sessions(*, account: Account, at: datetime, by: str | None = None) -> None:
    """End every session of this person, those too that stand in no list: each is bound to the number that moves on."""
    Account.objects.filter(pk=account.pk).update(sessions_ended=F("sessions_ended") + 1)
    account.refresh_from_db(fields=["sessions_ended"])
    for one in UserSession.objects.filter(user=account):
        one.end()
    actor = actor_of(account)
    note("identity.act.sessions_ended", actor, by=by or actor, at=at, tenant=account.tenant)
