# SPDX-License-Identifier: Apache-2.0
"""Signing keys and the roots that this city believes."""

from __future__ import annotations

import base64
from pathlib import Path

from django.conf import settings

from dothi.documents import vault
from dothi.documents.core import certificate
from dothi.documents.core.sealing import KeyPlace
from dothi.documents.errors import NoSuchKey
from dothi.documents.models import SigningKey
from dothi.identity.door import seen


def chain_of(key: SigningKey) -> list[bytes]:
    """Certificates in DER, the own one first."""
    return [base64.b64decode(one) for one in key.chain]


def key_list() -> list[SigningKey]:
    """Keys for documents within reach, those in use first."""
    rows = seen(SigningKey.objects.filter(purpose="seal"))
    return sorted(rows, key=lambda one: (one.retired_at is not None, one.name))


def usable() -> list[SigningKey]:
    return [one for one in key_list() if one.retired_at is None]


def key(key_id: str) -> SigningKey:
    """A key within reach."""
    found = seen(SigningKey.objects.filter(pk=key_id, purpose="seal")).first()
    if found is None:
        raise NoSuchKey
    return found


def opened(row: SigningKey) -> KeyPlace:
    """The key, ready to sign."""
    return KeyPlace(
        kind=row.kind,
        chain=chain_of(row),
        private=vault.open_sealed(bytes(row.private), about=row.pk),
        place=row.place,
    )


def own(purpose: str) -> SigningKey | None:
    """The key in use for lists or credentials of this tenant."""
    return SigningKey.objects.filter(purpose=purpose, retired_at__isnull=True).order_by("-since").first()


def own_all(purpose: str) -> list[SigningKey]:
    return list(SigningKey.objects.filter(purpose=purpose).order_by("since"))


def configured_roots() -> list[bytes]:
    """Roots that the administrator named in a file (DOTHI_DOCUMENT_ROOTS)."""
    file = settings.SETTINGS.document_roots
    return certificate.read_pem(Path(file).read_bytes()) if file else []


def roots() -> list[bytes]:
    """The configured roots, and those of this city's own keys."""
    own_roots = [chain_of(row)[-1] for row in SigningKey.objects.filter(purpose="seal")]
    return list(dict.fromkeys([*configured_roots(), *own_roots]))
