# SPDX-License-Identifier: Apache-2.0
"""Rights change: the mark that tells every process, and the rule that nobody gives more than they hold."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from dothi.foundation import clock
from dothi.identity.errors import BeyondReach, LastAdministrator
from dothi.identity.models import Account, RightsEdition
from dothi.identity.queries.position import ADMINISTRATOR, table
from dothi.identity.queries.rights import holders
from dothi.identity.reach import entered
from dothi.identity.rules.permission import EVERYTHING, EVERYWHERE, Rights, Thing

MANAGE = "identity.manage"


def renew(tenant: str = "") -> None:
    """Let every process read rights anew, once this transaction commits."""
    RightsEdition.objects.update_or_create(tenant=tenant, defaults={"mark": secrets.token_hex(16)})


def hold_or_refuse(by: Rights | None, permissions: Iterable[str], *, unit: str) -> None:
    """BeyondReach unless the giver looks after rights there and holds each permission there himself, by own right.

    `by` None: the city itself (the first administrator, a command of the operator).
    """
    if by is None:
        return
    at, thing, own = clock.now(), Thing(unit=unit), by.own()
    for permission in (MANAGE, *permissions):
        if own.why(permission, thing, at) is None:
            raise BeyondReach


def permissions_of(position: str) -> tuple[str, ...]:
    """What a position may do; nothing when there is none of that code."""
    known = table().get(position)
    return known.permissions if known else ()


def keep_an_administrator() -> None:
    """LastAdministrator when nobody could manage the city any more; called after a change, which is then undone."""
    with entered(EVERYWHERE):
        accounts = Account.objects.filter(is_active=True, posts__position=ADMINISTRATOR).distinct()
        if not holders(EVERYTHING, clock.now(), accounts):
            raise LastAdministrator
