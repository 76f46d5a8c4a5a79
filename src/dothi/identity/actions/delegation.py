# SPDX-License-Identifier: Apache-2.0
"""An officer lets another act for a while, and takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity.actions import rights
from dothi.identity.errors import NoSuchPerson, RefusedForm
from dothi.identity.models import Account, Delegation
from dothi.identity.queries.rights import rights_of
from dothi.identity.rules.permission import Rights, Thing
from dothi.ledger.door import note

LONGEST = timedelta(days=366)
"""A delegation is for an absence; what lasts longer is a post."""


def _is_there(own: Rights, permissions: Sequence[str], unit: str, at: datetime) -> bool:
    """Whether the giver holds any of it in that unit."""
    wanted = permissions or [granted.permission for granted in own.granted]
    return not unit or any(own.why(p, Thing(unit=unit), at) for p in wanted)


def _wrong(
    giver: Account,
    taker: Account | None,
    permissions: Sequence[str],
    since: datetime,
    until: datetime,
    reason: str,
    unit: str,
) -> dict[str, str]:
    held = rights_of(f"account:{giver.pk}", tenant=giver.tenant)
    wrong: dict[str, str | None] = {
        "taker": "identity.delegation.no_taker"
        if taker is None or not taker.is_active or taker.role == "resident"
        else "identity.delegation.oneself"
        if taker.pk == giver.pk
        else None,
        "permissions": None
        if all(held.anywhere(p, since) for p in permissions)
        else "identity.delegation.not_held",
        "unit": None if _is_there(held.own(), permissions, unit, since) else "identity.delegation.not_there",
        "until": "identity.post.ends_before"
        if until <= since
        else "identity.delegation.too_long"
        if until - since > LONGEST
        else None,
        "reason": None if len(nfc(reason)) >= 3 else "identity.delegation.no_reason",
    }
    return {field: key for field, key in wrong.items() if key}


@transaction.atomic
def delegate(
    *,
    giver: Account,
    taker: Account | None,
    since: datetime,
    until: datetime,
    reason: str,
    permissions: Sequence[str] = (),
    unit: str = "",
) -> Delegation:
    """Let `taker` do what `giver` holds (or the named part of it) for a while; RefusedForm."""
    if wrong := _wrong(giver, taker, permissions, since, until, reason, unit):
        raise RefusedForm(wrong)
    assert taker is not None
    made = Delegation.objects.create(
        tenant=giver.tenant,
        giver=giver,
        taker=taker,
        permissions=list(permissions),
        unit=unit,
        since=since,
        until=until,
        reason=nfc(reason)[:300],
    )
    rights.renew(giver.tenant)
    note(
        "identity.act.delegated",
        f"account:{taker.pk}",
        tenant=giver.tenant,
        delegation=made.pk,
        giver=f"account:{giver.pk}",
        permissions=list(permissions),
        unit=unit,
        since=clock.iso(since),
        until=clock.iso(until),
    )
    return made


@transaction.atomic
def withdraw_delegation(*, delegation: int, giver: Account) -> None:
    """Take one's own delegation back at once; NoSuchPerson when it is another's."""
    row = Delegation.objects.select_for_update().filter(pk=delegation, giver=giver).first()
    if row is None:
        raise NoSuchPerson
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        rights.renew(row.tenant)
        note(
            "identity.act.delegation_withdrawn",
            f"account:{row.taker_id}",
            tenant=row.tenant,
            delegation=row.pk,
        )
