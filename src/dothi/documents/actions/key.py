# SPDX-License-Identifier: Apache-2.0
"""Keys are made, introduced and retired; each is an event in the ledger."""

from __future__ import annotations

import base64
from typing import Any

from cryptography import x509
from django.db import transaction

from dothi.documents import vault
from dothi.documents.core import certificate
from dothi.documents.errors import RefusedForm
from dothi.documents.models import SigningKey
from dothi.documents.models.key import key_id
from dothi.documents.queries import key as queries
from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.ledger.door import note

HARDWARE = ("pkcs11", "csc")


def _put(
    *, purpose: str, kind: str, name: str, unit: str, tenant: str, chain: list[bytes], private: bytes,
    place: dict[str, Any], demo: bool, by: str,
) -> SigningKey:  # fmt: skip
    name_of_row = key_id()
    row = SigningKey.objects.create(
        pk=name_of_row, tenant=tenant, unit=unit, purpose=purpose, kind=kind, name=nfc(name)[:200], place=place,
        private=vault.seal(private, about=name_of_row),
        chain=[base64.b64encode(one).decode("ascii") for one in chain],
        fingerprint=certificate.see(chain[0]).fingerprint, demo=demo, by=by,
    )  # fmt: skip
    note(
        "documents.act.key_added",
        f"key:{row.pk}",
        tenant=tenant,
        kind=kind,
        purpose=purpose,
        fingerprint=row.fingerprint,
    )
    return row


@transaction.atomic
def make_demo_key(
    *, name: str, organisation: str, unit: str = "", tenant: str = "", by: str = ""
) -> SigningKey:
    """A soft key: what it signs is marked as without legal value."""
    if not nfc(name):
        raise RefusedForm({"name": "documents.key.no_name"})
    made = certificate.make_demo(name=nfc(name), organisation=nfc(organisation) or nfc(name), at=clock.now())
    return _put(
        purpose="seal", kind="soft", name=name, unit=unit, tenant=tenant, chain=made.chain, private=made.private,
        place={}, demo=True, by=by,
    )  # fmt: skip


def _chain(pem: bytes) -> list[bytes]:
    """The certificates, the signer's first and its root last; RefusedForm when there are none."""
    try:
        found = certificate.read_pem(pem)
    except ValueError as error:
        raise RefusedForm({"chain": "documents.key.no_certificate"}) from error
    if len(found) < 2:
        raise RefusedForm({"chain": "documents.key.no_root"})
    known = {x509.load_der_x509_certificate(one).subject: one for one in found}
    issuers = {x509.load_der_x509_certificate(one).issuer for one in known.values()}
    leaves = [one for subject, one in known.items() if subject not in issuers]
    if len(leaves) != 1:
        raise RefusedForm({"chain": "documents.key.no_leaf"})
    ordered = [leaves[0]]
    while len(ordered) < len(known):
        above = known.get(x509.load_der_x509_certificate(ordered[-1]).issuer)
        if above is None or above in ordered:
            raise RefusedForm({"chain": "documents.key.no_root"})
        ordered.append(above)
    return ordered


def _place(kind: str, place: dict[str, str]) -> dict[str, str]:
    wanted = {"pkcs11": ("module", "label"), "csc": ("url", "credential")}[kind]
    missing = {name: "documents.key.no_place" for name in wanted if not place.get(name, "").strip()}
    if missing:
        raise RefusedForm(missing)
    if kind == "csc" and not place["url"].startswith("https://"):
        raise RefusedForm({"url": "documents.key.no_https"})
    return {name: place[name].strip()[:300] for name in wanted}


@transaction.atomic
def add_hardware_key(
    *,
    name: str,
    kind: str,
    place: dict[str, str],
    pem: bytes,
    secret: str,
    unit: str = "",
    tenant: str = "",
    by: str = "",
) -> SigningKey:
    """A key in a token (PKCS #11) or at a signing service (CSC); `secret`: its PIN or access token."""
    if kind not in HARDWARE:
        raise RefusedForm({"kind": "documents.key.no_kind"})
    if not nfc(name):
        raise RefusedForm({"name": "documents.key.no_name"})
    return _put(
        purpose="seal", kind=kind, name=name, unit=unit, tenant=tenant, chain=_chain(pem),
        private=secret.encode(), place=_place(kind, place), demo=False, by=by,
    )  # fmt: skip


@transaction.atomic
def own_key(*, purpose: str, tenant: str = "") -> SigningKey:
    """The key of the installation for lists or credentials, made at first use."""
    found = queries.own(purpose)
    if found is not None:
        return found
    made = certificate.make_demo(name=f"Dothi {purpose}", organisation="Dothi", at=clock.now())
    return _put(
        purpose=purpose, kind="soft", name=f"Dothi {purpose}", unit="", tenant=tenant, chain=made.chain,
        private=made.private, place={}, demo=False, by="city:documents",
    )  # fmt: skip


@transaction.atomic
def retire_key(*, key: SigningKey) -> SigningKey:
    """Sign nothing with it any more; what it signed stays as it is."""
    if key.retired_at is None:
        key.retired_at = clock.now()
        key.save(update_fields=["retired_at"])
        note("documents.act.key_retired", f"key:{key.pk}", tenant=key.tenant, fingerprint=key.fingerprint)
    return key
