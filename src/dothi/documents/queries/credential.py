# SPDX-License-Identifier: Apache-2.0
"""Credentials that were offered and issued, and what wallets were asked."""

from __future__ import annotations

import json
from typing import Any

from dothi.documents import vault
from dothi.documents.errors import NoSuchDocument
from dothi.documents.models import IssuedCredential, PresentationRequest
from dothi.identity.door import seen

SHOWN = 50


def issued_list() -> list[IssuedCredential]:
    """The newest within reach."""
    return list(seen(IssuedCredential.objects.order_by("-issued_at"))[:SHOWN])


def issued(number: int) -> IssuedCredential:
    found = seen(IssuedCredential.objects.filter(pk=number)).first()
    if found is None:
        raise NoSuchDocument
    return found


def request(request_id: str) -> PresentationRequest:
    found = seen(PresentationRequest.objects.filter(pk=request_id)).first()
    if found is None:
        raise NoSuchDocument
    return found


def shown_claims(row: PresentationRequest) -> dict[str, Any]:
    """What the wallet showed; empty when nothing was, or it is erased."""
    if row.result is None:
        return {}
    found: dict[str, Any] = json.loads(vault.open_sealed(bytes(row.result), about=row.pk))
    return found
