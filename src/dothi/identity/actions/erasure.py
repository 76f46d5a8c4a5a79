# SPDX-License-Identifier: Apache-2.0
"""Forgetting a person: the account's number stays, because records name it; all that leads to the person goes."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CASCADE

from dothi.identity.actions import rights
from dothi.identity.models import Account, FailedTry, Post
from dothi.identity.queries import personal
from dothi.identity.queries.position import ADMINISTRATOR
from dothi.ledger.door import note


@transaction.atomic
def forget(*, account_id: str, at: datetime) -> tuple[int, int]:
    """Make an account nobody's: no name, no login, no way in. (Rows that lost the person, rows that stay.)

    Rows that go with an account (CASCADE) are deleted; those that outlive it (posts, decisions) stay with its number.
    LastAdministrator when the city would be left without one.
    """
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or account.login == _nobody(account_id):
        return 0, 0
    was_administrator = Post.objects.filter(account=account, position=ADMINISTRATOR).exists()
    sessions = [one.pk for one in personal.sessions_of(account_id)]
    gone = Session.objects.filter(pk__in=sessions).delete()[0]
    gone += FailedTry.objects.filter(login=account.login).delete()[0]
    kept = 0
    for relation, rows in personal.related(account):
        if relation.on_delete is CASCADE:
            gone += sum(row.delete()[0] for row in rows)
        else:
            kept += len(rows)
    account.name, account.login, account.is_active, account.last_login = "", _nobody(account_id), False, None
    account.set_unusable_password()
    account.save()
    rights.renew(account.tenant)
    if was_administrator:
        rights.keep_an_administrator()
    note(
        "identity.act.forgotten",
        f"account:{account_id}",
        at=at,
        tenant=account.tenant,
        gone=gone + 1,
        kept=kept,
    )
    return gone + 1, kept


def _nobody(account_id: str) -> str:
    return f"erased-{account_id}"
