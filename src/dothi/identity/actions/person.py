# SPDX-License-Identifier: Apache-2.0
"""Officers are entered, invited, and let go."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity.actions import rights
from dothi.identity.actions.password import problems
from dothi.identity.actions.post import give_post, post_problems
from dothi.identity.actions.session import end_all_sessions
from dothi.identity.errors import InvitationNotGood, RefusedForm
from dothi.identity.models import Account, Invitation, Post
from dothi.identity.queries import invitation as invitations
from dothi.identity.queries.admin_link import token_hash
from dothi.identity.queries.position import ADMINISTRATOR
from dothi.identity.rules import sign_in as rules
from dothi.identity.rules.permission import Rights
from dothi.ledger.door import current, note


@transaction.atomic
def add_officer(*, name: str, login: str, tenant: str = "") -> Account:
    """Enter an officer, who can sign in once an invitation was used; RefusedForm. There is no default password."""
    name, login = nfc(name), login.strip().casefold()
    wrong = {
        "name": None if len(name) >= 2 else "identity.name.missing",
        "login": rules.login_problem(login),
    }
    if not wrong["login"] and Account.objects.filter(login=login).exists():
        wrong["login"] = "identity.login.taken"
    if found := {field: key for field, key in wrong.items() if key}:
        raise RefusedForm(found)
    made = Account(tenant=tenant, name=name[:200], login=login, role="staff")
    made.set_unusable_password()
    made.save()
    note("identity.act.officer_added", f"account:{made.pk}", tenant=tenant)
    return made


@transaction.atomic
def add_with_post(
    *,
    name: str,
    login: str,
    since: date,
    position: str,
    tenant: str = "",
    by: Rights | None = None,
    **post: Any,
) -> Account:
    """Enter an officer together with a first post, or neither; RefusedForm names all wrong fields, BeyondReach."""
    try:
        with transaction.atomic():
            made = add_officer(name=name, login=login, tenant=tenant)
    except RefusedForm as refusal:
        more = post_problems(position=position, since=since, until=post.get("until"))
        raise RefusedForm(refusal.fields | more) from refusal
    give_post(account=made, position=position, since=since, by=by, **post)
    return made


@transaction.atomic
def invite(*, account: Account, base_url: str) -> str:
    """The address that opens the account, once, within a week; older ones stop working."""
    token = secrets.token_urlsafe(24)
    Invitation.objects.filter(account=account, used_at__isnull=True).delete()
    Invitation.objects.create(tenant=account.tenant, account=account, token_hash=token_hash(token))
    note("identity.act.invited", f"account:{account.pk}", tenant=account.tenant)
    signed = signing.Signer(salt=invitations.SALT).sign(token)
    return f"{base_url.rstrip('/')}/invited/{signed}/"


@transaction.atomic
def accept_invitation(*, signed: str, password: str, again: str, at: datetime) -> Account:
    """Use an invitation up and set the password; InvitationNotGood, RefusedForm."""
    found = invitations.good_invitation(signed, at=at)
    if found is None:
        raise InvitationNotGood
    row = Invitation.objects.select_for_update().get(pk=found.pk)
    if row.used_at is not None:
        raise InvitationNotGood
    account = found.account
    refused = problems(password=password, again=again, name=account.name, login=account.login)
    if refused:
        raise RefusedForm(refused)
    account.set_password(password)
    account.save(update_fields=["password"])
    row.used_at = at
    row.save(update_fields=["used_at"])
    actor = f"account:{account.pk}"
    note("identity.act.invitation_used", actor, by=actor, at=at, tenant=account.tenant)
    return account


@transaction.atomic
def let_go(*, account: Account) -> None:
    """Close an account: its sessions end and it may nothing; its name stays in the records. LastAdministrator."""
    account.is_active = False
    account.save(update_fields=["is_active"])
    rights.renew(account.tenant)
    if Post.objects.filter(account=account, position=ADMINISTRATOR).exists():
        rights.keep_an_administrator()
    note("identity.act.let_go", f"account:{account.pk}", tenant=account.tenant, at=clock.now())
    end_all_sessions(account=account, at=clock.now(), by=current())


@transaction.atomic
def take_back(*, account: Account) -> None:
    """Open a closed account again; its posts hold as far as their days reach."""
    account.is_active = True
    account.save(update_fields=["is_active"])
    rights.renew(account.tenant)
    note("identity.act.taken_back", f"account:{account.pk}", tenant=account.tenant)
