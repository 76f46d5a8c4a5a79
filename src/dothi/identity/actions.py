# SPDX-License-Identifier: Apache-2.0
"""The only writers of accounts, links and tries."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity import queries, rules
from dothi.identity.errors import LinkNotGood, RefusedForm
from dothi.identity.models import Account, AdminLink, FailedTry
from dothi.ledger.door import note

_COMMON = CommonPasswordValidator()


def _is_common(password: str) -> bool:
    try:
        _COMMON.validate(password)
    except ValidationError:
        return True
    return False


@transaction.atomic
def create_admin_link(base_url: str = "") -> str:
    """Make a one-time link below `base_url`; older unused links stop working."""
    token = secrets.token_urlsafe(24)
    AdminLink.objects.filter(used_at__isnull=True).delete()
    link = AdminLink.objects.create(token_hash=queries.token_hash(token))
    note("identity.act.link_made", f"link:{link.pk}")
    return f"{base_url.rstrip('/')}/first/{signing.Signer(salt=queries.SALT).sign(token)}/"


@transaction.atomic
def make_administrator(
    *, signed: str, name: str, login: str, password: str, again: str, at: datetime
) -> Account:
    """Use up the link for an administrator; LinkNotGood, or RefusedForm with a sentence at each wrong field."""
    link = queries.good_link(signed, at=at)
    if link is None:
        raise LinkNotGood
    link = AdminLink.objects.select_for_update().get(pk=link.pk)
    if link.used_at is not None:
        raise LinkNotGood
    name, login = nfc(name), login.strip().casefold()
    wrong = {
        "name": None if len(name) >= 2 else "identity.name.missing",
        "login": rules.login_problem(login),
        "password": rules.password_problem(password, name=name, login=login, is_common=_is_common(password)),
        "again": None if password == again else "identity.password.differs",
    }
    if not wrong["login"] and Account.objects.filter(login=login).exists():
        wrong["login"] = "identity.login.taken"
    found = {field: key for field, key in wrong.items() if key}
    if found:
        raise RefusedForm(found)
    made = Account(name=name[:200], login=login, role="admin")
    made.set_password(password)
    made.save()
    link.used_at = at
    link.save(update_fields=["used_at"])
    actor = queries.actor_of(made)
    note(
        "identity.act.administrator_made", actor, by=actor, at=at, tenant=made.tenant, link=f"link:{link.pk}"
    )
    return made


def check_sign_in(*, login: str, password: str, at: datetime) -> Account:
    """The account of a right login and password; RefusedForm when wrong or tried too often.

    Writes the failed try in a transaction of its own making; a wrong login costs as much time as a wrong password.
    """
    login = login.strip().casefold()[:150]
    if rules.too_many_tries(queries.failures(login, at=at)):
        raise RefusedForm({"login": "identity.sign_in.too_often"})
    found = queries.account_by_login(login)
    if found is None:
        make_password(password)
    if found is None or not found.check_password(password):
        FailedTry.objects.filter(at__lt=at - timedelta(days=1)).delete()
        FailedTry.objects.create(login=login, at=at)
        if found is not None:  # what a stranger typed may be anything, a password too
            note("identity.act.sign_in_failed", queries.actor_of(found), at=at, tenant=found.tenant)
        raise RefusedForm({"login": "identity.sign_in.wrong"})
    FailedTry.objects.filter(login=login).delete()
    found.last_login = clock.now()
    found.save(update_fields=["last_login"])
    actor = queries.actor_of(found)
    note("identity.act.signed_in", actor, by=actor, at=at, tenant=found.tenant)
    return found
