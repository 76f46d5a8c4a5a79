# SPDX-License-Identifier: Apache-2.0
"""How far an access token for the broker may reach: never further than the one in whose name it is given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dothi.identity.queries.key import scope_of
from dothi.identity.queries.rights import rights_of, units
from dothi.identity.rules import oidc_scope, scope_path
from dothi.identity.rules.permission import EVERYWHERE, Reach


def paths_of(reach: Reach) -> tuple[str, ...] | None:
    """A reach as scope paths; None: everywhere."""
    if reach.everywhere:
        return None
    outside = [scope_of(unit) for unit, _ in units().choices() if unit not in reach.units]
    return scope_path.tops([scope_of(unit) for unit in reach.units], outside)


def broker_paths(actor: str, scopes: Iterable[str], *, tenant: str, at: datetime) -> tuple[str, ...] | None:
    """Where an actor (`account:<id>`, `service:<id>`) may do all that the scopes open; None: everywhere.

    Empty: nowhere, or in more places than a token has room for. Grants narrowed to types or purposes do not count.
    """
    held = rights_of(actor, tenant=tenant)
    reach = EVERYWHERE
    for scope in scopes:
        if scope in oidc_scope.BROKER:
            reach &= held.reach(oidc_scope.BROKER[scope], at)
    found = paths_of(reach)
    return () if found is not None and len(found) > scope_path.MOST else found


def askable(scopes: Iterable[str], *, account_id: str, tenant: str, at: datetime) -> tuple[str, ...]:
    """Of the scopes those that a person can be asked for: nobody gives what they do not have."""
    wanted = oidc_scope.ordered(scopes)
    if not oidc_scope.opens_broker(wanted):
        return wanted
    found = broker_paths(f"account:{account_id}", wanted, tenant=tenant, at=at)
    if found is None or found:
        return wanted
    return tuple(scope for scope in wanted if scope not in oidc_scope.BROKER)
