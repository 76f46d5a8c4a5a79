# SPDX-License-Identifier: Apache-2.0
"""The door of identity: who asks, who may, and the link that makes the first administrator."""

from __future__ import annotations

from typing import Any

from dothi.identity.actions.administrator import create_admin_link
from dothi.identity.actions.erasure import forget
from dothi.identity.actions.upkeep import (
    count_links,
    count_sessions,
    count_tries,
    drop_links,
    drop_sessions,
    drop_tries,
)
from dothi.identity.gates import admin, decision_of, public, staff
from dothi.identity.models import Account
from dothi.identity.queries.account import account_by_login, actor_of, has_administrator, ids_of, names_of
from dothi.identity.queries.personal import about
from dothi.identity.sessions import account_of, signed_in_at

__all__ = [
    "Account",
    "about",
    "account_by_login",
    "account_of",
    "actor_of",
    "admin",
    "count_links",
    "count_sessions",
    "count_tries",
    "create_admin_link",
    "current",
    "decision_of",
    "drop_links",
    "drop_sessions",
    "drop_tries",
    "enter_tenant",
    "forget",
    "has_administrator",
    "ids_of",
    "names_of",
    "public",
    "signed_in_at",
    "staff",
]


def current(request: Any) -> Account | None:
    """The account that asks, or None."""
    found: Account | None = getattr(request, "account", None)
    return found or None


def enter_tenant(cursor: Any, tenant: str) -> None:
    """Say for the rest of this transaction whose rows may be seen (row-level security)."""
    cursor.execute("SELECT set_config('dothi.tenant', %s, true)", [tenant])
