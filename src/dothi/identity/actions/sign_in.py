# SPDX-License-Identifier: Apache-2.0
"""Signing in with a password."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from dothi.foundation import clock
from dothi.identity.errors import RefusedForm
from dothi.identity.models import Account, FailedTry
from dothi.identity.queries import account as accounts
from dothi.identity.rules import sign_in as rules
from dothi.ledger.door import note


def check_sign_in(*, login: str, password: str, at: datetime) -> Account:
    """The account of a right login and password; RefusedForm when wrong or tried too often.

    Writes the failed try in a transaction of its own making; a wrong login costs as much time as a wrong password.
    """
    login = login.strip().casefold()[:150]
    if rules.too_many_tries(accounts.failures(login, at=at)):
        raise RefusedForm({"login": "identity.sign_in.too_often"})
    found = accounts.account_by_login(login)
    if found is None:
        make_password(password)
    if found is None or not found.check_password(password):
        FailedTry.objects.filter(at__lt=at - timedelta(days=1)).delete()
        FailedTry.objects.create(login=login, at=at)
        if found is not None:  # what a stranger typed may be anything, a password too
            note("identity.act.sign_in_failed", accounts.actor_of(found), at=at, tenant=found.tenant)
        raise RefusedForm({"login": "identity.sign_in.wrong"})
    FailedTry.objects.filter(login=login).delete()
    found.last_login = clock.now()
    found.save(update_fields=["last_login"])
    actor = accounts.actor_of(found)
    note("identity.act.signed_in", actor, by=actor, at=at, tenant=found.tenant)
    return found
