# SPDX-License-Identifier: Apache-2.0
"""The door of identity: who asks, who may do what to which thing, and how far a request may look."""

from __future__ import annotations

from typing import Any

from dothi.foundation import clock
from dothi.identity.actions.administrator import create_admin_link
from dothi.identity.actions.erasure import forget
from dothi.identity.actions.planting import plant_officer, remove_planted_officers
from dothi.identity.actions.post import end_post, give_post
from dothi.identity.actions.upkeep import (
    count_links,
    count_sessions,
    count_tries,
    drop_links,
    drop_sessions,
    drop_tries,
)
from dothi.identity.gates import (
    decision_of,
    permissions_of,
    public,
    requires,
    rights,
    signed_in,
)
from dothi.identity.models import Account
from dothi.identity.queries.account import account_by_login, actor_of, has_administrator, ids_of, names_of
from dothi.identity.queries.broker_reach import paths_of as scope_paths
from dothi.identity.queries.key import set_scopes
from dothi.identity.queries.people import post_of
from dothi.identity.queries.personal import about
from dothi.identity.queries.position import Known, position_name, set_positions
from dothi.identity.queries.rights import rights_of, set_units
from dothi.identity.reach import current as reach
from dothi.identity.reach import entered, nowhere, seen, within
from dothi.identity.rules.permission import (
    EVERYWHERE,
    NOWHERE,
    WHOLE_CITY,
    Granted,
    Reach,
    Rights,
    Thing,
    Units,
)
from dothi.identity.rules.session import Assurance
from dothi.identity.sessions import account_of, assurance_of, keep_limits, vouch
from dothi.identity.step_up import is_fresh, recently
from dothi.identity.web.me_links import add_link as add_me_link

__all__ = [
    "EVERYWHERE",
    "NOWHERE",
    "WHOLE_CITY",
    "Account",
    "Assurance",
    "Granted",
    "Known",
    "Reach",
    "Rights",
    "Thing",
    "Units",
    "about",
    "account_by_login",
    "account_of",
    "actor_of",
    "add_me_link",
    "assurance_of",
    "count_links",
    "count_sessions",
    "count_tries",
    "create_admin_link",
    "current",
    "decision_of",
    "drop_links",
    "drop_sessions",
    "drop_tries",
    "end_post",
    "enter_tenant",
    "entered",
    "forget",
    "give_post",
    "has_administrator",
    "holds",
    "ids_of",
    "is_fresh",
    "keep_limits",
    "may",
    "names_of",
    "nowhere",
    "permissions_of",
    "plant_officer",
    "position_name",
    "post_of",
    "public",
    "reach",
    "recently",
    "remove_planted_officers",
    "requires",
    "rights",
    "rights_of",
    "scope_paths",
    "seen",
    "set_positions",
    "set_scopes",
    "set_units",
    "signed_in",
    "vouch",
    "within",
]


def current(request: Any) -> Account | None:
    """The account that asks, or None."""
    found: Account | None = getattr(request, "account", None)
    return found or None


def may(actor: Any, permission: str, thing: Thing = WHOLE_CITY) -> bool:
    """Whether an actor may do something to a thing, now.

    `actor`: a request, `Rights`, or a text id (`account:<id>`, `service:<id>`); without a thing the whole city is meant.
    """
    return _held(actor).why(permission, thing, clock.now()) is not None


def holds(actor: Any, permission: str) -> bool:
    """Whether an actor may do something to anything at all: what menus and lists ask."""
    return _held(actor).anywhere(permission, clock.now())


def _held(actor: Any) -> Rights:
    if isinstance(actor, Rights):
        return actor
    return rights_of(actor) if isinstance(actor, str) else rights(actor)


def enter_tenant(cursor: Any, tenant: str) -> None:
    """Say for the rest of this transaction whose rows may be seen (row-level security)."""
    cursor.execute("SELECT set_config('dothi.tenant', %s, true)", [tenant])
