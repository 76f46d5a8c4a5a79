# SPDX-License-Identifier: Apache-2.0
"""Positions of the locality's own making."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import fold, nfc
from dothi.identity.actions import rights
from dothi.identity.errors import RefusedForm
from dothi.identity.models import Position, Post
from dothi.identity.queries.position import ADMINISTRATOR
from dothi.identity.queries.position import permissions as known_permissions
from dothi.identity.rules.permission import Rights
from dothi.ledger.door import note


def code_of(name: str) -> str:
    """`Trưởng ca trực` becomes `truong-ca-truc`."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60]


@transaction.atomic
def put_position(
    *, name: str, permissions: Sequence[str], code: str = "", tenant: str = "", by: Rights | None = None
) -> Position:
    """Make a position or change one; RefusedForm, BeyondReach. The administrator's stays as it is."""
    code = code or code_of(name)
    unknown = set(permissions) - set(known_permissions())
    wrong = {
        "name": None
        if len(nfc(name)) >= 2 and code and code != ADMINISTRATOR
        else "identity.position.no_name",
        "permissions": "identity.position.nothing" if not permissions or unknown else None,
    }
    if found := {field: key for field, key in wrong.items() if key}:
        raise RefusedForm(found)
    rights.hold_or_refuse(by, permissions, unit="")
    made, _ = Position.objects.update_or_create(
        tenant=tenant,
        code=code,
        defaults={"name": nfc(name)[:200], "permissions": sorted(permissions), "ended_at": None},
    )
    rights.renew(tenant)
    note("identity.act.position_put", f"position:{code}", tenant=tenant, permissions=sorted(permissions))
    return made


@transaction.atomic
def end_position(*, position: Position, by: Rights | None = None) -> None:
    """Take a position away that nobody holds any more; RefusedForm when somebody does."""
    rights.hold_or_refuse(by, position.permissions, unit="")
    today = clock.now().astimezone(clock.VIETNAM).date()
    held = Post.objects.filter(position=position.code).exclude(until__lte=today)
    if held.exists():
        raise RefusedForm({"position": "identity.position.held"})
    position.ended_at = clock.now()
    position.save(update_fields=["ended_at"])
    rights.renew(position.tenant)
    note("identity.act.position_ended", f"position:{position.code}", tenant=position.tenant)
