# SPDX-License-Identifier: Apache-2.0
"""Single grants are given and withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity.actions import rights
from dothi.identity.errors import RefusedForm
from dothi.identity.models import Grant
from dothi.identity.queries.position import permissions as known_permissions
from dothi.identity.rules.permission import Rights
from dothi.ledger.door import note


@transaction.atomic
def give_grant(
    *,
    subject: str,
    permission: str,
    unit: str = "",
    subtree: bool = True,
    types: Sequence[str] = (),
    attributes: Sequence[str] = (),
    purposes: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    basis: str = "",
    tenant: str = "",
    by: Rights | None = None,
) -> Grant:
    """Allow one thing to `account:<id>` or `service:<id>`; RefusedForm, BeyondReach."""
    start = since or clock.now()
    wrong = {
        "permission": None if permission in known_permissions() else "identity.grant.no_permission",
        "until": "identity.post.ends_before" if until is not None and until <= start else None,
    }
    if found := {field: key for field, key in wrong.items() if key}:
        raise RefusedForm(found)
    rights.hold_or_refuse(by, [permission], unit=unit)
    made = Grant.objects.create(
        tenant=tenant,
        subject=subject,
        permission=permission,
        unit=unit,
        subtree=subtree,
        types=list(types),
        attributes=list(attributes),
        purposes=list(purposes),
        since=start,
        until=until,
        basis=nfc(basis)[:200],
    )
    rights.renew(tenant)
    note(
        "identity.act.granted",
        subject,
        tenant=tenant,
        grant=made.pk,
        permission=permission,
        unit=unit,
        types=list(types),
        attributes=list(attributes),
        purposes=list(purposes),
        until=clock.iso(until) if until else "",
    )
    return made


@transaction.atomic
def withdraw_grant(*, grant: Grant, by: Rights | None = None) -> Grant:
    """Take a grant back at once; a second time changes nothing."""
    rights.hold_or_refuse(by, [], unit=grant.unit)
    if grant.withdrawn_at is None:
        grant.withdrawn_at = clock.now()
        grant.save(update_fields=["withdrawn_at"])
        rights.renew(grant.tenant)
        note("identity.act.grant_withdrawn", grant.subject, tenant=grant.tenant, grant=grant.pk)
    return grant
