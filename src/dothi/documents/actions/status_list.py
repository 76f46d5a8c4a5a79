# SPDX-License-Identifier: Apache-2.0
"""The status list is signed for browsers."""

from __future__ import annotations

from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings

from dothi.documents import vault
from dothi.documents.actions.key import own_key
from dothi.documents.models import SigningKey
from dothi.documents.queries import document as documents
from dothi.documents.queries.key import own_all
from dothi.documents.rules import status_list
from dothi.foundation import clock


def private_of(row: SigningKey) -> ec.EllipticCurvePrivateKey:
    """A soft key of the installation itself."""
    found = load_der_private_key(vault.open_sealed(bytes(row.private), about=row.pk), password=None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def public_jwk(row: SigningKey) -> dict[str, Any]:
    """The public part, named as signatures name it."""
    jwk: dict[str, Any] = jwt.algorithms.ECAlgorithm.to_jwk(private_of(row).public_key(), as_dict=True)
    return {**jwk, "kid": row.fingerprint[:32], "use": "sig", "alg": "ES256"}


def published_keys(purpose: str, *, tenant: str = "") -> list[dict[str, Any]]:
    """All keys that lists or credentials are and were signed with; the first one is made here."""
    own_key(purpose=purpose, tenant=tenant)
    return [public_jwk(row) for row in own_all(purpose)]


def signed_part(part: str, *, tenant: str = "") -> str:
    """A part of the list as a JWS; an unknown part is an empty one."""
    row = own_key(purpose="list", tenant=tenant)
    body = status_list.payload(
        documents.list_rows(part),
        issuer=settings.SETTINGS.url,
        part=part,
        digits=documents.digits(),
        at=clock.now(),
    )
    headers = {"kid": row.fingerprint[:32], "typ": "dothi-status-list+jwt"}
    return jwt.encode(body, private_of(row), algorithm="ES256", headers=headers)
