# SPDX-License-Identifier: Apache-2.0
"""What a session proved of the person behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from dothi.foundation import clock
from dothi.identity.models import Account
from dothi.identity.rules.acr import Proof


def _number(found: Any, most: int) -> int:
    return min(found, most) if isinstance(found, int) and found >= 0 else 0


def _when(found: Any) -> datetime | None:
    """A time of a session: epoch seconds or our own form; None for what lies ahead of the clock or is no time."""
    try:
        at = clock.parse(found) if isinstance(found, str) else datetime.fromtimestamp(float(found), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if at.timestamp() <= clock.now().timestamp() + 60 else None


def assurance_of(request: HttpRequest, account: Account) -> Proof:
    """By the session's own keys (aal, ial, auth_time, methods), else by allauth's record of methods.

    A session that says nothing is one of a password, as old as can be.
    """
    session = request.session
    kept = session.get("assurance")
    known: dict[str, Any] = kept if isinstance(kept, dict) else dict(session.items())
    records = session.get("account_authentication_methods") or []
    methods = known.get("methods") or [r["method"] for r in records if isinstance(r, dict) and "method" in r]
    times = [_when(known.get("auth_time") or known.get("verified_at"))]
    times += [_when(r.get("at")) for r in records if isinstance(r, dict)]
    latest = max((at for at in times if at), default=None)
    if not methods:
        proved = known.get("proved")
        methods = ["webauthn"] if isinstance(proved, dict) and "phr" in proved else ["password"]
    return Proof(
        aal=max(1, _number(known.get("aal"), 3)),
        ial=max(_number(known.get("ial"), 3), _number(getattr(account, "ial", 0), 3)),
        methods=tuple(dict.fromkeys(str(m)[:20] for m in methods if isinstance(m, str))),
        at=latest or account.created_at,
    )
