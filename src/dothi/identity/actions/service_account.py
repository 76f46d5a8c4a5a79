# SPDX-License-Identifier: Apache-2.0
"""Accounts of programs are made and ended."""

from __future__ import annotations

from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity.actions import rights
from dothi.identity.errors import RefusedForm
from dothi.identity.models import Account, Organisation, ServiceAccount
from dothi.ledger.door import note


@transaction.atomic
def add_service_account(
    *, name: str, purpose: str, owner: Account, organisation: Organisation | None = None
) -> ServiceAccount:
    """Make a program's account, answered for by an officer; RefusedForm. It may nothing until something is granted."""
    name, purpose = nfc(name), nfc(purpose)
    wrong = {
        "name": None if len(name) >= 2 else "identity.service.no_name",
        "purpose": None if len(purpose) >= 3 else "identity.service.no_purpose",
    }
    if found := {field: key for field, key in wrong.items() if key}:
        raise RefusedForm(found)
    made = ServiceAccount.objects.create(
        tenant=owner.tenant, name=name[:200], purpose=purpose[:300], owner=owner, organisation=organisation
    )
    note("identity.act.service_added", f"service:{made.pk}", tenant=made.tenant, owner=f"account:{owner.pk}")
    return made


@transaction.atomic
def end_service_account(*, service: ServiceAccount) -> None:
    """Nothing is allowed to it any more; a second time changes nothing."""
    if service.ended_at is None:
        service.ended_at = clock.now()
        service.save(update_fields=["ended_at"])
        rights.renew(service.tenant)
        note("identity.act.service_ended", f"service:{service.pk}", tenant=service.tenant)
