# SPDX-License-Identifier: Apache-2.0
"""Posts are given and ended."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity.actions import rights
from dothi.identity.errors import RefusedForm
from dothi.identity.models import Account, Organisation, Post
from dothi.identity.queries.position import ADMINISTRATOR, table
from dothi.identity.reach import entered
from dothi.identity.rules.permission import EVERYWHERE, Rights
from dothi.ledger.door import note


def post_problems(*, position: str, since: date, until: date | None) -> dict[str, str]:
    """A message key at each field that will not do."""
    wrong = {
        "position": None if position in table() else "identity.post.no_position",
        "until": "identity.post.ends_before" if until is not None and until <= since else None,
    }
    return {field: key for field, key in wrong.items() if key}


@transaction.atomic
def give_post(
    *,
    account: Account,
    position: str,
    since: date,
    unit: str = "",
    subtree: bool = True,
    until: date | None = None,
    title: str = "",
    basis: str = "",
    organisation: Organisation | None = None,
    by: Rights | None = None,
) -> Post:
    """Let an account hold a position in a unit from a day on; RefusedForm, BeyondReach."""
    if wrong := post_problems(position=position, since=since, until=until):
        raise RefusedForm(wrong)
    known = table()[position]
    rights.hold_or_refuse(by, known.permissions, unit=unit)
    with entered(EVERYWHERE):  # what may be given was judged above
        made = Post.objects.create(
            tenant=account.tenant,
            account=account,
            organisation=organisation,
            position=position,
            title=nfc(title)[:200],
            unit=unit,
            subtree=subtree,
            since=since,
            until=until,
            basis=nfc(basis)[:200],
        )
    if account.role == "resident":
        account.role = "staff"
        account.save(update_fields=["role"])
    rights.renew(account.tenant)
    note(
        "identity.act.post_given",
        f"account:{account.pk}",
        tenant=account.tenant,
        post=made.pk,
        position=position,
        unit=unit,
        since=since.isoformat(),
        until=until.isoformat() if until else "",
        basis_sha256=hashlib.sha256(made.basis.encode()).hexdigest(),  # its words often name the person
    )
    return made


@transaction.atomic
def end_post(*, post: Post, until: date, by: Rights | None = None) -> Post:
    """End a post on a day (the first without it); RefusedForm, BeyondReach, LastAdministrator."""
    rights.hold_or_refuse(by, rights.permissions_of(post.position), unit=post.unit)
    if until < post.since:
        raise RefusedForm({"until": "identity.post.ends_before"})
    post.until = until
    post.save(update_fields=["until"])
    rights.renew(post.tenant)
    if post.position == ADMINISTRATOR:
        rights.keep_an_administrator()
    note(
        "identity.act.post_ended",
        f"account:{post.account_id}",
        tenant=post.tenant,
        post=post.pk,
        position=post.position,
        unit=post.unit,
        until=until.isoformat(),
    )
    return post


def tomorrow() -> date:
    """The first day without a post that is held today."""
    return clock.now().astimezone(clock.VIETNAM).date() + timedelta(days=1)
