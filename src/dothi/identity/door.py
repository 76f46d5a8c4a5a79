# SPDX-License-Identifier: Apache-2.0
"""The door of identity: who asks, who may, and the link that makes the first administrator."""

from __future__ import annotations

from typing import Any

from dothi.identity.actions.administrator import create_admin_link
from dothi.identity.gates import admin, decision_of, public, staff
from dothi.identity.models import Account
from dothi.identity.queries.account import actor_of, has_administrator, ids_of, names_of
from dothi.identity.sessions import account_of

__all__ = [
    "Account",
    "account_of",
    "actor_of",
    "admin",
    "create_admin_link",
    "current",
    "decision_of",
    "enter_tenant",
    "has_administrator",
    "ids_of",
    "names_of",
    "public",
    "staff",
]


def current(request: Any) -> Account | None:
    """The account that asks, or None."""
    found: Account | None = getattr(request, "account", None)
    return found or None


def enter_tenant(cursor: Any, tenant: str) -> None:
    """Say for the rest of this transaction whose rows may be seen (row-level security)."""
    cursor.execute("SELECT set_config('dothi.tenant', %s, true)", [tenant])
