# SPDX-License-Identifier: Apache-2.0
"""What a session proved of the person behind it, in the words of clients, and where more can be proved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from dothi.identity.models import Account
from dothi.identity.queries.passkey import has_passkey
from dothi.identity.rules import acr
from dothi.identity.rules.acr import Proof
from dothi.identity.rules.session import Assurance, read_assurance

VOUCHED = "vouched"
"""Where a session keeps what an upstream provider vouched for."""
_OURS = {acr.LOA1: "aal1", acr.LOA2: "aal2", acr.LOA3: "phr", acr.PHR: "phr"}


def _methods(request: HttpRequest, proved: Assurance | None) -> tuple[str, ...]:
    """Allauth's records of how the person came in, and the passkey that was shown later."""
    records = request.session.get("account_authentication_methods") or []
    shown = [str(r.get("type") or r.get("method", ""))[:20] for r in records if isinstance(r, dict)]
    if proved and proved.phishing_resistant:
        shown.append("webauthn")
    return tuple(dict.fromkeys(shown)) or ("password",)


def _vouched(request: HttpRequest, account: Account) -> tuple[int, int]:
    """(aal, ial) that a provider vouched for when this very person came in by it."""
    found: Any = request.session.get(VOUCHED)
    if not isinstance(found, dict) or found.get("account") != account.pk:
        return 0, 0
    return int(found["aal"]), int(found["ial"])


def assurance_of(request: HttpRequest, account: Account) -> Proof:
    """The proof; a session that says nothing is one of a password, as old as the account."""
    proved = read_assurance(request.session.get("assurance"))
    aal, ial = _vouched(request, account)
    return Proof(
        aal=max(1, proved.aal if proved else 1, aal),
        ial=max(proved.ial if proved else 0, account.ial, ial),
        methods=_methods(request, proved),
        at=proved.verified_at if proved else account.created_at,
    )


def where_to_prove(account: Account | None, level: str, back: str) -> str:
    """The page where a person proves a level and then goes `back`: by what this account has."""
    if account is None:
        return f"/sign-in/?{urlencode({'acr': _OURS[level], 'next': back})}"
    if account.has_usable_password() or has_passkey(account):
        return f"/sign-in/again/?{urlencode({'acr': _OURS[level], 'next': back})}"
    return f"/sign-in/with/?{urlencode({'next': back})}"
