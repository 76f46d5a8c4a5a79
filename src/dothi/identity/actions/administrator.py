# SPDX-License-Identifier: Apache-2.0
"""The first administrator: by a one-time link."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core import signing
from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity.actions.password import problems
from dothi.identity.actions.post import give_post
from dothi.identity.errors import LinkNotGood, RefusedForm
from dothi.identity.models import Account, AdminLink
from dothi.identity.queries import account as accounts
from dothi.identity.queries import admin_link as links
from dothi.identity.queries.email import is_taken
from dothi.identity.queries.position import ADMINISTRATOR
from dothi.identity.rules import sign_in as rules
from dothi.ledger.door import acting, note


@transaction.atomic
def create_admin_link(base_url: str = "") -> str:
    """Make a one-time link below `base_url`; older unused links stop working."""
    token = secrets.token_urlsafe(24)
    AdminLink.objects.filter(used_at__isnull=True).delete()
    link = AdminLink.objects.create(token_hash=links.token_hash(token))
    note("identity.act.link_made", f"link:{link.pk}")
    return f"{base_url.rstrip('/')}/first/{signing.Signer(salt=links.SALT).sign(token)}/"


@transaction.atomic
def make_administrator(
    *, signed: str, name: str, login: str, password: str, again: str, at: datetime
) -> Account:
    """Use up the link for an administrator; LinkNotGood, or RefusedForm with a sentence at each wrong field."""
    link = links.good_link(signed, at=at)
    if link is None:
        raise LinkNotGood
    link = AdminLink.objects.select_for_update().get(pk=link.pk)
    if link.used_at is not None:
        raise LinkNotGood
    name, login = nfc(name), login.strip().casefold()
    wrong = {
        "name": None if len(name) >= 2 else "identity.name.missing",
        "login": rules.login_problem(login),
    }
    if not wrong["login"] and is_taken(login):
        wrong["login"] = "identity.login.taken"
    found = {field: key for field, key in wrong.items() if key}
    found |= problems(password=password, again=again, name=name, login=login)
    if found:
        raise RefusedForm(found)
    made = Account(name=name[:200], login=login, role="admin")
    made.set_password(password)
    made.save()
    actor = accounts.actor_of(made)
    with acting(actor):
        give_post(account=made, position=ADMINISTRATOR, since=at.astimezone(clock.VIETNAM).date())
    link.used_at = at
    link.save(update_fields=["used_at"])
    note(
        "identity.act.administrator_made", actor, by=actor, at=at, tenant=made.tenant, link=f"link:{link.pk}"
    )
    return made
