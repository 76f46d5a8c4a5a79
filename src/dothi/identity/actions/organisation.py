# SPDX-License-Identifier: Apache-2.0
"""Organisations are entered and ended."""

from __future__ import annotations

import re
from datetime import date

from django.db import transaction

from dothi.foundation.text import nfc
from dothi.identity.errors import RefusedForm
from dothi.identity.models import Organisation
from dothi.identity.models.organisation import KINDS
from dothi.ledger.door import note

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{1,38}")
_TAX = re.compile(r"[0-9]{10}(-[0-9]{3})?|[0-9]{12}")
"""Ten digits, thirteen for a branch, or the twelve of a person's number (from 1 July 2025)."""


@transaction.atomic
def add_organisation(
    *, name: str, kind: str, code: str = "", unit: str = "", tenant: str = ""
) -> Organisation:
    """Enter a body by name, kind and its tax or agency code; RefusedForm."""
    name, code = nfc(name), code.strip()
    shape = _TAX if kind == "firm" else _CODE
    wrong = {
        "name": None if len(name) >= 2 else "identity.organisation.no_name",
        "kind": None if kind in KINDS else "identity.organisation.no_kind",
        "code": "identity.organisation.code_shape" if code and not shape.fullmatch(code) else None,
    }
    if code and not wrong["code"] and Organisation.objects.filter(tenant=tenant, code=code).exists():
        wrong["code"] = "identity.organisation.code_taken"
    if found := {field: key for field, key in wrong.items() if key}:
        raise RefusedForm(found)
    made = Organisation.objects.create(tenant=tenant, name=name[:200], kind=kind, code=code, unit=unit)
    note("identity.act.organisation_added", f"organisation:{made.pk}", tenant=tenant, kind=kind, unit=unit)
    return made


@transaction.atomic
def end_organisation(*, organisation: Organisation, on: date) -> Organisation:
    """Mark a body as gone; its past posts stay."""
    if organisation.posts.exclude(until__lte=on).exists():
        raise RefusedForm({"organisation": "identity.organisation.has_posts"})
    organisation.ended_on = on
    organisation.save(update_fields=["ended_on"])
    note(
        "identity.act.organisation_ended",
        f"organisation:{organisation.pk}",
        tenant=organisation.tenant,
        on=on.isoformat(),
    )
    return organisation
